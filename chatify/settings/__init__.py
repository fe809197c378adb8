"""Settings by environment variable, in parts by concern. Embedded defaults; production refuses unsafe values."""

from .base import *
from .data import *
from .security import *
from .limits import *
from .files import *
from .services import *
from .realtime import *
from .accounts import *
from .social import *
from .logs import *

from . import production as _production

_production.refuse_unsafe_values(globals())
