"""What decides the last bits of a number besides parameters and code: processor and libraries."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

from matebit.config.schema import MethodSections, ResolvedParams

_LIBRARIES = ("torch", "numpy", "scipy", "scikit-image", "opencv-python-headless", "pillow")
_CPUINFO = Path("/proc/cpuinfo")


def _cpu() -> dict[str, str]:
    """Vendor and family on Linux: libraries choose their routines by these; else the system's own word."""
    if not _CPUINFO.exists():
        return {"cpu": platform.processor() or "unknown"}
    lines = (line.partition(":") for line in _CPUINFO.read_text(encoding="utf-8").splitlines())
    first: dict[str, str] = {}
    for key, _, value in lines:
        first.setdefault(key.strip(), value.strip())
    parts = [first[key] for key in ("vendor_id", "cpu family") if key in first]
    return {"cpu": " family ".join(parts) or first.get("model name", "unknown")}


def processor_kind(params: ResolvedParams) -> dict[str, str]:
    """Machine, processor, vector instructions, the GPU if the networks run on one, library versions."""
    import torch

    trained = (method for method in params.methods.values() if isinstance(method, MethodSections))
    devices = {method.train.device for method in trained}
    accelerated = torch.cuda.is_available() and devices != {"cpu"}
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        **_cpu(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "gpu": torch.cuda.get_device_name() if accelerated else "none",
        **{library: version(library) for library in _LIBRARIES},
    }
