"""What tests and bench/chaos pull the plugs of: a simulated term on a topic, the engine as processes on real Kafka and Redis, the
faults, and the measure, which is a run over the same events that nobody disturbed.
"""
from .deployment import PARTS, Deployment, Worker
from .faults import FAULTS
from .outcome import Reference, measure
from .workload import Workload

__all__ = ["FAULTS", "PARTS", "Deployment", "Reference", "Worker", "Workload", "measure"]
