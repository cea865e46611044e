"""Maps a file of 4096 bytes, closes its descriptor, writes if it may, and waits for the end of its input.

map-file.py PATH read|write. Python's own mmap would keep a descriptor of its own.
"""

import ctypes
import os
import sys

path, access = sys.argv[1:]
PROT_READ, PROT_WRITE, MAP_SHARED = 1, 2, 1
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]

descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
os.ftruncate(descriptor, 4096)
protection = PROT_READ | (PROT_WRITE if access == "write" else 0)
memory = libc.mmap(None, 4096, protection, MAP_SHARED, descriptor, 0)
if memory == ctypes.c_void_p(-1).value:
    sys.exit(os.strerror(ctypes.get_errno()))
os.close(descriptor)
if access == "write":
    ctypes.memmove(memory, b"data", 4)
print("mapped", flush=True)
sys.stdin.read()
