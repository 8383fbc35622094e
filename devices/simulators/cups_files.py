"""The configuration of a simulated CUPS server: its folders, settings, queue and the printer's description.

Unlike a kiosk's (``deploy/cups``) it keeps documents as long as it may: what a driver leaves is found.
"""

FOLDERS = (
    "spool", "cache", "state", "tmp", "root/ppd", "data/mime", "bin/backend", "bin/filter", "bin/daemon",
)  # fmt: skip
FILES = """\
ServerRoot {folder}/root
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
ServerBin {folder}/bin
DataDir {folder}/data
DocumentRoot {folder}/data
AccessLog {folder}/access
ErrorLog {folder}/log
PageLog {folder}/page
"""
SERVER = """\
Listen {folder}/socket
LogLevel info
Browsing No
WebInterface No
PreserveJobHistory Yes
PreserveJobFiles Yes
DirtyCleanInterval 0
JobRetryInterval 1
<Location />
Order allow,deny
Allow all
</Location>
<Location /admin>
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order deny,allow
</Limit>
</Policy>
"""
QUEUE = """\
<Printer {queue}>
Info Yedeng's simulated A4 printer
DeviceURI yedeng:{device}
State Idle
Accepting Yes
Shared No
JobSheets none none
OpPolicy default
ErrorPolicy retry-current-job
</Printer>
"""
PPD = """\
*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "YEDENG.PPD"
*Manufacturer: "Yedeng"
*Product: "(Yedeng simulated A4 printer)"
*ModelName: "Yedeng A4"
*ShortNickName: "Yedeng A4"
*NickName: "Yedeng A4"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*FileSystem: False
*cupsFilter2: "application/pdf application/pdf 0 -"
*OpenUI *Duplex/Sides: PickOne
*DefaultDuplex: None
*Duplex None/One: ""
*Duplex DuplexNoTumble/Long edge: ""
*Duplex DuplexTumble/Short edge: ""
*CloseUI: *Duplex
*OpenUI *PageSize/Size: PickOne
*DefaultPageSize: A4
*PageSize A4/A4: ""
*CloseUI: *PageSize
*OpenUI *PageRegion/Size: PickOne
*DefaultPageRegion: A4
*PageRegion A4/A4: ""
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "0 0 595 842"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
"""
