/* What a C compiler makes code for, in the words of Rust's targets. target.cmake reads what the preprocessor leaves of this. What
 * is not certain, or does not build (32-bit x86, MIPS, x32, other C libraries), is left out: then the target has to be named. */
#include <sys/types.h>

#if defined __linux__ && !defined __ANDROID__
#if defined __x86_64__ && !defined __ILP32__
const char *alioss_processor = "x86_64";
#elif defined __aarch64__ && !defined __AARCH64EB__ && !defined __ILP32__
const char *alioss_processor = "aarch64";
#elif defined __arm__ && defined __ARM_EABI__ && !defined __ARMEB__
#if __ARM_ARCH >= 7
const char *alioss_processor = "armv7";
#elif __ARM_ARCH == 6 || defined __ARM_PCS_VFP
const char *alioss_processor = "arm";
#elif __ARM_ARCH == 5
const char *alioss_processor = "armv5te";
#endif
#elif defined __riscv && __riscv_xlen == 64 && defined __riscv_float_abi_double && defined __riscv_compressed
const char *alioss_processor = "riscv64gc";
#elif defined __s390x__
const char *alioss_processor = "s390x";
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
const char *alioss_processor = "powerpc64le";
#elif defined __loongarch64 && defined __loongarch_double_float
const char *alioss_processor = "loongarch64";
#endif

#if defined __UCLIBC__ || defined __dietlibc__
#elif defined __GLIBC__
const char *alioss_libc = "gnu";
#elif defined __DEFINED_size_t
const char *alioss_libc = "musl";
#endif

#if !defined __arm__
const char *alioss_abi = "";
#elif defined __ARM_PCS_VFP
const char *alioss_abi = "eabihf";
#else
const char *alioss_abi = "eabi";
#endif
#endif
