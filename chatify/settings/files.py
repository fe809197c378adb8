"""Where files live, how large they may be, and what prepares them."""

from urllib.parse import urlsplit

from chatify.lib import env

# With S3_URL (https://KEY:SECRET@host/bucket?region=…) files live in that bucket, else in the data folder.
CHATIFY_S3_URL = env.text("S3_URL")
_place = urlsplit(CHATIFY_S3_URL)
CHATIFY_S3_ORIGIN = f"{_place.scheme}://{_place.netloc.rpartition('@')[2]}" if CHATIFY_S3_URL else ""
CHATIFY_STORE = "media.storage.s3.Bucket" if CHATIFY_S3_URL else "media.storage.local.Folder"
CHATIFY_LARGEST_FILE = env.whole("CHATIFY_LARGEST_FILE_MB", 1024) * 2**20
CHATIFY_QUOTA = env.whole("CHATIFY_QUOTA_MB", 10 * 1024) * 2**20
CHATIFY_DAILY_BYTES = env.whole("CHATIFY_DAILY_MB", 1024) * 2**20
# The internal location under which nginx serves the kept files itself (X-Accel-Redirect); empty: we do.
CHATIFY_ACCEL_PREFIX = env.text("CHATIFY_ACCEL_PREFIX")
CHATIFY_FFMPEG = env.text("CHATIFY_FFMPEG", "ffmpeg")
CHATIFY_FFPROBE = env.text("CHATIFY_FFPROBE", "ffprobe")
# A ClamAV daemon, as host:port or the path of its socket, that looks at every file before anybody has it.
CHATIFY_CLAMAV = env.text("CHATIFY_CLAMAV")
