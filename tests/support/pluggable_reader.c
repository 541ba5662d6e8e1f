/* A reader driver (IFD handler of pcsc-lite) for a reader that can be pulled out of a running pcscd, which vpcd cannot.
 *
 * Files in a directory are its cable and its card: "plugged" and "card". The card is of another kind: it answers every
 * command with 6A82. The directory is what stands behind the colon of DEVICENAME.
 */
#include <ifdhandler.h>
#include <reader.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const UCHAR ATR[] = {0x3B, 0x65, 0x00, 0x00, 0x20, 0x63, 0xCB, 0x68, 0x00};
static char directory[256];

static int there(const char *name)
{
    char path[sizeof directory + 16];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static RESPONSECODE tell(PUCHAR value, PDWORD length, const void *what, DWORD size)
{
    memcpy(value, what, size);
    *length = size;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name)
{
    const char *colon = strchr(name, ':');
    (void)lun;
    snprintf(directory, sizeof directory, "%s", colon ? colon + 1 : name);
    return there("plugged") ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel)
{
    (void)lun, (void)channel;
    return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
    (void)lun;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
    static const DWORD version = 0x01020003, channel = 0x00200105; /* USB, bus 1, address 5 */
    static const UCHAR one = 1;
    (void)lun;
    switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING:
        return tell(value, length, ATR, sizeof ATR);
    case TAG_IFD_SLOTS_NUMBER:
    case TAG_IFD_SIMULTANEOUS_ACCESS:
        return tell(value, length, &one, sizeof one);
    case SCARD_ATTR_VENDOR_NAME:
        return tell(value, length, "Example", sizeof "Example");
    case SCARD_ATTR_VENDOR_IFD_VERSION:
        return tell(value, length, &version, 4);
    case SCARD_ATTR_CHANNEL_ID:
        return tell(value, length, &channel, 4);
    }
    return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
    (void)lun, (void)tag, (void)length, (void)value;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3)
{
    (void)lun, (void)protocol, (void)flags, (void)pts1, (void)pts2, (void)pts3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length)
{
    (void)lun;
    *length = 0;
    if (action == IFD_POWER_DOWN)
        return IFD_SUCCESS;
    if (!there("plugged") || !there("card"))
        return IFD_ERROR_POWER_ACTION;
    return tell(atr, length, ATR, sizeof ATR);
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD command_length, PUCHAR answer,
                               PDWORD answer_length, PSCARD_IO_HEADER receive)
{
    (void)lun, (void)send, (void)command, (void)command_length, (void)receive;
    *answer_length = 0;
    if (!there("plugged"))
        return IFD_NO_SUCH_DEVICE;
    if (!there("card"))
        return IFD_ICC_NOT_PRESENT;
    return tell(answer, answer_length, "\x6A\x82", 2);
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR send, DWORD send_length, PUCHAR receive, DWORD receive_length,
                         LPDWORD returned)
{
    (void)lun, (void)code, (void)send, (void)send_length, (void)receive, (void)receive_length;
    *returned = 0;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD lun)
{
    (void)lun;
    if (!there("plugged"))
        return IFD_NO_SUCH_DEVICE;
    return there("card") ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
