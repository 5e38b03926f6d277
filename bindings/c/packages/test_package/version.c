/* Says which alioss it runs with, and fails unless that is the one of the header. */
#include <oss.h>
#include <stdio.h>

int main(void) {
    printf("alioss %s\n", oss_version());
    return oss_version_number() == OSS_VERSION_NUMBER ? 0 : 1;
}
