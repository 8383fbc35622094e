"""Devices' errors in English words, for people at a shell. Screens have their own texts, by the same keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.errors import DeviceBusy, DeviceTimeout, ResidentAction

if TYPE_CHECKING:
    from devices.errors import DeviceError
    from devices.selftest import Finding

_WORDS = {
    "answer-": "the reader gave an answer that is not known",
    "authorisation-required": "the service wants commands secured end to end; this kiosk does not do that",
    "black-mark": "the printer did not find its black mark",
    "camera-inoperable": "the camera does not work",
    "canceled": "the service gave the command up by itself",
    "card-has-no-such-content": "the card does not hold this",
    "black-picture": "the camera sees nothing; is its lens covered, is there light?",
    "camera-hangs": "the camera took a request and never came back; it is opened again",
    "camera-lost": "the camera vanished; was it unplugged?",
    "camera-process-": "the camera's process ended or answered nonsense; it is opened again",
    "card-in-use": "another program is using the card",
    "card-jammed": "the card is stuck in the reader",
    "card-malformed-": "the card was read, but what is on it breaks its own rules",
    "card-must-leave": "the card read before still lies there; take it away first",
    "card-mute": "the card does not answer; is it the right way round?",
    "card-not-authentic": "card and reader do not accept each other",
    "card-not-selected": "the card was found but could not be selected; lay it again",
    "card-not-taken": "the card is still on the reader",
    "card-pulled": "the card was taken away before it was read",
    "card-reads-differ": "two readings of the card differ; lay it again, and only one card",
    "card-read-failed": "the card could not be read; lay it again",
    "certificate-not-trusted": "the other side cannot prove who it is; is ca_file right?",
    "chip-module-inoperable": "the chip module of the reader does not work",
    "code-not-read": "the code could not be read; hold it still",
    "command-refused": "the device does not know this command",
    "connection-lost": "the connection to the device is lost",
    "cover-open": "the cover is open",
    "device-not-ready": "the service is there, but its device is not ready",
    "device-offline": "somebody has taken the device offline, says its service",
    "drum-worn": "the drum of the printer is worn out",
    "encryption-required": "the print server speaks only with encryption; use its queue on this machine",
    "filter-missing": "the print server cannot prepare PDF for this printer; is cups-filters installed?",
    "format-not-supported": "the print server takes no PDF for this queue",
    "fraud-attempt": "the device has noticed an attempt at fraud and is out of service",
    "frozen-picture": "the camera repeats its last picture",
    "fuser-error": "the fuser of the printer is too hot or too cold",
    "hardware-error": "the device reports a hardware fault",
    "ipp-": "the print server refused with a status that is not known",
    "job-aborted": "the print server gave the job up",
    "job-canceled": "somebody canceled the job",
    "job-held": "somebody holds the job at the print server",
    "job-lost": "the print server no longer knows the job; does it keep a history of jobs?",
    "job-stopped": "the job was stopped at the print server",
    "device-hangs": "the device took a request and never came back",
    "garbage": "the device answers, but not as this driver expects; is it the right port and speed?",
    "garbled-answer": "the device answers, but not as a printer does; is it the right port and speed?",
    "media-full": "the camera's storage is full",
    "media-jammed": "what was printed is stuck in the printer",
    "media-not-reported": "the reader does not say whether a card is in it; it cannot be used",
    "media-retained": "the printer kept back what was printed",
    "media-retracted": "the printer drew back what was printed",
    "never-completed": "the service took a command and never completed it",
    "green-picture": "the camera sends empty buffers; another port or a shorter cable may help",
    "no-answer": "the device does not answer",
    "no-camera": "there is no such camera",
    "no-card": "no card was laid in time",
    "no-code": "no code was shown in time",
    "no-connection": "nobody takes the connection; is the device switched on and the address right?",
    "no-device": "this machine has no such device, says its service",
    "no-headset": "this is personal, and no headset is known to be plugged in",
    "no-pcsc-service": "the PC/SC service (pcscd) does not answer",
    "no-folder": "the folder of pictures is gone",
    "no-photo-decoder": "no vendor's decoder for photos is installed",
    "no-port": "there is no such port; is the device plugged in?",
    "no-raw-printing": "the service does not offer Printer.PrintRaw",
    "no-such-queue": "the print server has no such queue; which are there says: lpstat -e",
    "no-reader": "the PC/SC service has no such reader",
    "no-service": "the service of this device is not there",
    "no-picture": "no picture came in time",
    "no-such-content": "the card does not hold this",
    "no-such-service": "there are services, but none of this kind or name; devices discover lists them",
    "no-tls": "no TLS connection can be made; is secure right, and ca_file there?",
    "not-a-serial-port": "this is not a serial port",
    "not-a-usb-printer": "this is not a printer's device",
    "not-accepting-jobs": "the queue takes no jobs; mend it with: cupsaccept QUEUE",
    "output-full": "the output tray is full",
    "paper-jammed": "paper is jammed",
    "not-a-video": "this file is no video",
    "paper-out": "there is no paper",
    "pcsc-": "the PC/SC service reports an error that is not known",
    "photo-decoder-fails": "the vendor's decoder for photos cannot be loaded",
    "photo-unreadable": "the vendor's decoder could not read this photo",
    "port-in-use": "another program, perhaps the kiosk itself, is using this port",
    "port-lost": "the port vanished; was the device unplugged?",
    "port-not-permitted": "this user may not use the port; is it in the group dialout?",
    "power-off": "the device has no power, says its service",
    "print-server-busy": "the print server is busy; try again",
    "print-server-refuses": "the print server does not let this kiosk print",
    "printer-error": "the printer reports an error of its own",
    "printer-offline": "the print server cannot reach the printer; is it switched on?",
    "printer-paused": "somebody stopped the queue; mend it with: cupsenable QUEUE",
    "sam-not-authorised": "the reader's security module is not authorised",
    "scanner-inoperative": "the scanner does not work, says its service",
    "self-test-failed": "the reader's self-test failed",
    "shutter-fail": "the shutter does not open or close",
    "silent": "the port is there, but the device does not answer; is it switched on, and the speed right?",
    "spool-full": "the disk of the print server is full",
    "slow-picture": "the camera gives few pictures a second; is the port fast enough, is there light?",
    "stalled": "the device stopped taking data",
    "toner-out": "the toner is used up",
    "too-many-requests": "the service has too much to do; try again",
    "tray-missing": "the paper tray is not in its place",
    "timed-out": "nothing happened in time",
    "unknown-host": "there is no such host",
    "usb-not-permitted": "this user may not use the printer; is it in the group lp?",
    "user-error": "a person keeps the device from working",
    "waste-box-full": "the box for waste toner is full",
    "wrong-card": "this is not a card of the kind this reader is for",
    "wrong-request-id": "the service answers, but to other questions than were asked",
}
"""By detail key; a key that ends in a hyphen stands for all that begin with it."""


_FINDINGS = {
    "framed-output": "puts a frame around each code, so that none looks like an answer",
    "symbology": "says what kind of code it has read",
    "answers": "answers, and says how it is",
    "baudrate": "speaks at the configured speed",
    "paper": "has paper",
    "page": "printed a test page; is its frame 10 mm from every edge?",
    "paper-used": "paper counted since the roll was new",
    "picture": "gives a picture",
    "rate": "pictures a second",
    "proof-of-print": "confirms that the test slip was printed; are all its lines readable?",
    "sam-number": "number of the security module",
    "spool-empty": "the print server keeps nothing of what was printed",
    "spoke": "spoke a sentence; was it heard?",
    "self-test": "security module started anew and passed its own test",
}


def finding_in_words(finding: Finding) -> str:
    """What was tried in a self-test, for a technician; the key itself where a driver has one of its own."""
    return _FINDINGS.get(finding.key, finding.key)


def in_words(error: DeviceError) -> str:
    """One line for a technician: what happened, and the error's key for those who look it up."""
    detail = error.detail
    words = _WORDS.get(detail) or next(
        (words for key, words in _WORDS.items() if key.endswith("-") and detail.startswith(key)), None
    )
    if words is None:
        words = _by_kind(error)
    return f"{words} ({detail})"


def _by_kind(error: DeviceError) -> str:
    if isinstance(error, DeviceBusy):
        return "the device is busy; try again"
    if isinstance(error, DeviceTimeout):
        return "nothing happened in time"
    if isinstance(error, ResidentAction):
        return "that did not work; try again"
    return "the device does not work"
