/* ProcessPrng of Windows 10, for Wine 8, which has no bcryptprimitives.dll. Only tests use it. */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T len)
{
    return RtlGenRandom(data, (ULONG)len);
}
