/* Rust's standard library asks `ProcessPrng` of bcryptprimitives.dll for randomness; Wine 8 has no
   such DLL. This one asks the older `RtlGenRandom` of advapi32.dll, which is exported under a number
   of the system's own naming. For tests only. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(void *buffer, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *buffer, size_t size)
{
    const size_t step = 1u << 20;
    while (size > 0) {
        size_t part = size < step ? size : step;
        if (!SystemFunction036(buffer, (ULONG)part))
            return FALSE;
        buffer += part;
        size -= part;
    }
    return TRUE;
}
