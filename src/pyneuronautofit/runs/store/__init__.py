"""The run store: one SQLite file that keeps everything of a run, generation by generation."""

from pyneuronautofit.runs.store.content import Evaluations as Evaluations
from pyneuronautofit.runs.store.content import Generation as Generation
from pyneuronautofit.runs.store.content import RunInfo as RunInfo
from pyneuronautofit.runs.store.content import Session as Session
from pyneuronautofit.runs.store.encoding import Record as Record
from pyneuronautofit.runs.store.encoding import Rows as Rows
from pyneuronautofit.runs.store.encoding import restore as restore
from pyneuronautofit.runs.store.lock import RunLock as RunLock
from pyneuronautofit.runs.store.opening import belonging_to as belonging_to
from pyneuronautofit.runs.store.opening import find_store as find_store
from pyneuronautofit.runs.store.opening import is_store as is_store
from pyneuronautofit.runs.store.reader import RunReader as RunReader
from pyneuronautofit.runs.store.reader import open_run as open_run
from pyneuronautofit.runs.store.scratch import ScratchFolder as ScratchFolder
from pyneuronautofit.runs.store.scratch import check_scratch as check_scratch
from pyneuronautofit.runs.store.snapshots import SnapshotWriter as SnapshotWriter
from pyneuronautofit.runs.store.writer import NewGeneration as NewGeneration
from pyneuronautofit.runs.store.writer import RunWriter as RunWriter
from pyneuronautofit.runs.store.writer import create_store as create_store
