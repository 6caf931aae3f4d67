"""What a run leaves behind: its stamp, its log, its result files."""

from pyneuronautofit.runs.export import Header as Header
from pyneuronautofit.runs.export import Models as Models
from pyneuronautofit.runs.export import numbers as numbers
from pyneuronautofit.runs.export import write_adaptations as write_adaptations
from pyneuronautofit.runs.export import write_checkpoint as write_checkpoint
from pyneuronautofit.runs.export import write_evaluations as write_evaluations
from pyneuronautofit.runs.export import write_final as write_final
from pyneuronautofit.runs.history import History as History
from pyneuronautofit.runs.log_file import GzipLogHandler as GzipLogHandler
from pyneuronautofit.runs.stamp import RunFiles as RunFiles
from pyneuronautofit.runs.stamp import make_stamp as make_stamp
