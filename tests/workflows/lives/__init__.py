"""Lives of cases of invented customers: one per ending of each procedure, a file per room of procedures.

They are recorded (`tests.workflows.record`), replayed, and the beginning of each is one of a life by chance.
"""

from __future__ import annotations

from tests.workflows.lives import delivery, grievances, loss, repairs, returns, sums
from tests.workflows.lives.acts import Lives

LIVES: Lives = delivery.LIVES | grievances.LIVES | loss.LIVES | repairs.LIVES | returns.LIVES | sums.LIVES
