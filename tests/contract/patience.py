"""How long the contracts wait. A test that passes on a machine at rest never waits so long as any of these.

They are attributes of the contracts, so that the tests of the contracts themselves, whose saboteurs dawdle on purpose,
can be in more of a hurry.
"""

from __future__ import annotations

SOON_S = 60.0
"""For what must happen."""

LONG_S = 20.0
"""A wait that must end before its time."""

PROMPT_S = 15.0
"""For what happens at once: a machine that is busy with other things may take so long, and a wait for ``LONG_S`` that
is not ended takes longer."""

SABOTEUR_S = 1.0
"""Instead of ``SOON_S`` and ``PROMPT_S`` for saboteurs: those that dawdle take longer, and no machine is too fast."""
