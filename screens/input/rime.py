"""Pinyin to hanzi with librime, through its C interface (``rime_api.h`` of librime 1.8.5).

Only the child process (``screens.input.child``) and set-up load this. Nothing is learned and nothing is
written while typing: the schema switches the user dictionary off, and logging is limited to fatal errors.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_void_p, sizeof
from pathlib import Path
from typing import Any, Final, NamedTuple

LIBRARY: Final = "librime.so.1"
SCHEMA: Final = "yedeng"
FATAL: Final = 3
"""Level of glog from which on messages are written, to standard error."""


class RimeError(Exception):
    """librime is missing, another one than this was written for, or does not find its schema."""


class _Traits(Structure):
    _fields_ = (
        ("data_size", c_int),
        ("shared_data_dir", c_char_p),
        ("user_data_dir", c_char_p),
        ("distribution_name", c_char_p),
        ("distribution_code_name", c_char_p),
        ("distribution_version", c_char_p),
        ("app_name", c_char_p),
        ("modules", POINTER(c_char_p)),
        ("min_log_level", c_int),
        ("log_dir", c_char_p),
        ("prebuilt_data_dir", c_char_p),
        ("staging_dir", c_char_p),
    )


class _Candidate(Structure):
    _fields_ = (("text", c_char_p), ("comment", c_char_p), ("reserved", c_void_p))


class _Iterator(Structure):
    _fields_ = (("ptr", c_void_p), ("index", c_int), ("candidate", _Candidate))


class _Composition(Structure):
    _fields_ = (
        ("length", c_int),
        ("cursor_pos", c_int),
        ("sel_start", c_int),
        ("sel_end", c_int),
        ("preedit", c_char_p),
    )


class _Menu(Structure):
    _fields_ = (
        ("page_size", c_int),
        ("page_no", c_int),
        ("is_last_page", c_int),
        ("highlighted_candidate_index", c_int),
        ("num_candidates", c_int),
        ("candidates", POINTER(_Candidate)),
        ("select_keys", c_char_p),
    )


class _Context(Structure):
    _fields_ = (
        ("data_size", c_int),
        ("composition", _Composition),
        ("menu", _Menu),
        ("commit_text_preview", c_char_p),
        ("select_labels", c_void_p),
    )


class _Commit(Structure):
    _fields_ = (("data_size", c_int), ("text", c_char_p))


#: The members of ``RimeApi`` in their order: each a pointer to a function, after one int.
_API: Final = (
    "setup set_notification_handler initialize finalize start_maintenance is_maintenance_mode "
    "join_maintenance_thread deployer_initialize prebuild deploy deploy_schema deploy_config_file "
    "sync_user_data create_session find_session destroy_session cleanup_stale_sessions "
    "cleanup_all_sessions process_key commit_composition clear_composition get_commit free_commit "
    "get_context free_context get_status free_status set_option get_option set_property get_property "
    "get_schema_list free_schema_list get_current_schema select_schema schema_open config_open "
    "config_close config_get_bool config_get_int config_get_double config_get_string config_get_cstring "
    "config_update_signature config_begin_map config_next config_end simulate_key_sequence "
    "register_module find_module run_task get_shared_data_dir get_user_data_dir get_sync_dir "
    "get_user_id get_user_data_sync_dir config_init config_load_string config_set_bool config_set_int "
    "config_set_double config_set_string config_get_item config_set_item config_clear "
    "config_create_list config_create_map config_list_size config_begin_list get_input get_caret_pos "
    "select_candidate get_version set_caret_pos select_candidate_on_current_page candidate_list_begin "
    "candidate_list_next candidate_list_end user_config_open candidate_list_from_index "
    "get_prebuilt_data_dir get_staging_dir commit_proto context_proto status_proto get_state_label "
    "delete_candidate delete_candidate_on_current_page "
)


class _Api(Structure):
    _fields_ = (("data_size", c_int), *((name, c_void_p) for name in _API.split()))


class _Functions:
    """The functions of the library that are used here, typed."""

    def __init__(self) -> None:
        try:
            library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise RimeError(f"{LIBRARY} cannot be loaded: {error}") from None
        library.rime_get_api.restype = POINTER(_Api)
        api = library.rime_get_api().contents
        # The size in front leaves itself out, and a newer library has more at the end.
        if api.data_size + sizeof(c_int) < sizeof(_Api):
            raise RimeError(f"{LIBRARY} is older than 1.8.5")

        def function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
            return CFUNCTYPE(result, *arguments)(getattr(api, name))

        session = c_size_t
        self.setup = function("setup", None, POINTER(_Traits))
        self.initialize = function("initialize", None, POINTER(_Traits))
        self.finalize = function("finalize", None)
        self.deployer_initialize = function("deployer_initialize", None, POINTER(_Traits))
        self.deploy_schema = function("deploy_schema", c_int, c_char_p)
        self.create_session = function("create_session", session)
        self.select_schema = function("select_schema", c_int, session, c_char_p)
        self.process_key = function("process_key", c_int, session, c_int, c_int)
        self.clear_composition = function("clear_composition", None, session)
        self.get_input = function("get_input", c_char_p, session)
        self.get_commit = function("get_commit", c_int, session, POINTER(_Commit))
        self.free_commit = function("free_commit", c_int, POINTER(_Commit))
        self.get_context = function("get_context", c_int, session, POINTER(_Context))
        self.free_context = function("free_context", c_int, POINTER(_Context))
        self.select_candidate = function("select_candidate", c_int, session, c_size_t)
        self.list_from = function("candidate_list_from_index", c_int, session, POINTER(_Iterator), c_int)
        self.list_next = function("candidate_list_next", c_int, POINTER(_Iterator))
        self.list_end = function("candidate_list_end", None, POINTER(_Iterator))


def _traits(shared: Path, user: Path) -> _Traits:
    return _Traits(
        data_size=sizeof(_Traits) - sizeof(c_int),
        shared_data_dir=bytes(shared),
        user_data_dir=bytes(user),
        distribution_name=b"Yedeng",
        distribution_code_name=b"yedeng",
        distribution_version=b"1",
        app_name=b"rime.yedeng",
        min_log_level=FATAL,
        log_dir=b"",  # none: librime would otherwise leave files in the folder for temporary ones
    )


class Taken(NamedTuple):
    """What a chosen candidate put in place of its letters, and the letters behind it that are left."""

    text: str
    rest: str


class Rime:
    """One session on compiled data. Every question brings all its letters: nothing has to be remembered.

    Raises:
        RimeError: the library or the data cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._rime = _Functions()
        self._kept = _traits(folder, folder)
        self._rime.setup(byref(self._kept))
        self._rime.initialize(byref(self._kept))
        self._session = self._rime.create_session()
        if not (self._session and self._rime.select_schema(self._session, SCHEMA.encode())):
            raise RimeError(f"no schema {SCHEMA} in {folder}")

    def candidates(self, letters: str, first: int, count: int) -> tuple[list[str], bool]:
        """At most ``count`` candidates from the ``first`` on, and whether there are more."""
        self._feed(letters)
        found: list[str] = []
        iterator = _Iterator()
        if not self._rime.list_from(self._session, byref(iterator), first):
            return found, False
        while len(found) <= count and self._rime.list_next(byref(iterator)):
            found.append(iterator.candidate.text.decode())
        self._rime.list_end(byref(iterator))
        return found[:count], len(found) > count

    def take(self, letters: str, index: int) -> Taken:
        """Choose one candidate. Where there is none with this index, the letters stay letters."""
        self._feed(letters)
        chosen = self._rime.select_candidate(self._session, index)
        whole = self._committed()
        taken = Taken(whole, "") if whole else self._split() if chosen else Taken("", letters)
        self._rime.clear_composition(self._session)
        return taken

    def close(self) -> None:
        """End the session and the library."""
        self._rime.finalize()

    def _feed(self, letters: str) -> None:
        """Bring the session to these letters; a key is typed only once while a word grows."""
        present = (self._rime.get_input(self._session) or b"").decode()
        if not letters.startswith(present):
            self._rime.clear_composition(self._session)
            present = ""
        for letter in letters[len(present) :]:
            self._rime.process_key(self._session, ord(letter), 0)

    def _committed(self) -> str:
        commit = _Commit(data_size=sizeof(_Commit) - sizeof(c_int))
        if not self._rime.get_commit(self._session, byref(commit)):
            return ""
        text = commit.text.decode()
        self._rime.free_commit(byref(commit))
        return text

    def _split(self) -> Taken:
        """The composition where the candidate was shorter than the letters: hanzi, and the letters behind."""
        context = _Context(data_size=sizeof(_Context) - sizeof(c_int))
        self._rime.get_context(self._session, byref(context))
        preedit = context.composition.preedit or b""
        start = context.composition.sel_start
        taken = Taken(preedit[:start].decode(), preedit[start:].decode().replace(" ", ""))
        self._rime.free_context(byref(context))
        return taken


def compile_schemas(folder: Path, shared: Path, schemas: list[str]) -> None:
    """Compile the schemas of ``folder`` into its ``build``; tables that are not there come from ``shared``.

    Raises:
        RimeError: the library is missing, or a schema or dictionary cannot be compiled.
    """
    rime = _Functions()
    traits = _traits(shared, folder)
    rime.setup(byref(traits))
    rime.deployer_initialize(byref(traits))
    try:
        for schema in schemas:
            file = folder / f"{schema}.schema.yaml"
            if not rime.deploy_schema(bytes(file)) or not (folder / "build" / f"{schema}.prism.bin").exists():
                raise RimeError(f"{file.name} cannot be compiled")
    finally:
        rime.finalize()
