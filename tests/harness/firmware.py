# SPDX-License-Identifier: LGPL-2.1-or-later
"""What firmware keeps of an error that a boot did not survive: a boot error region, as UEFI's appendix on CPER lays it out."""

import struct
import uuid

MEMORY = uuid.UUID('a5bc1114-6f64-4ede-b863-3e83ed7c83b1')
HAS_FRU_ID = 1
IS_PRIMARY = 1
HAS_ADDRESS, HAS_MODULE, HAS_TYPE = 2, 0x20, 0x4000
MULTI_BIT_ECC = 3
# What must not leave the machine: the serial number of the module, and the address.
SERIAL = 'S3RIAL-0815'
ADDRESS = 0x5e51a15e51a15e51


def memory_error(module, severity=1):
    """One block that says that a module of memory failed. severity: 0 recoverable, 1 fatal, 2 corrected, 3 informational."""
    section = bytearray(80)
    struct.pack_into('<Q', section, 0, HAS_TYPE | HAS_MODULE | HAS_ADDRESS)
    struct.pack_into('<Q', section, 16, ADDRESS)
    struct.pack_into('<H', section, 36, module)
    section[72] = MULTI_BIT_ECC
    entry = MEMORY.bytes_le + struct.pack('<IHBBI', severity, 0x300, HAS_FRU_ID, IS_PRIMARY, len(section))
    entry += SERIAL.encode().ljust(16) + bytes(28)
    return struct.pack('<IIIII', 1, 0, 0, len(entry) + len(section), severity) + entry + section
