"""The offline models, run by onnxruntime."""

import os

# Its official builds report their use to their maker unless told not to before they are loaded;
# the thread that does so would also outlive forks with its locks held.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
