"""What may be chosen of a producer run, by the names of the command line."""

from typing import Literal

Mode = Literal["replay", "stream"]
Profile = Literal["steady", "wave", "burst"]
