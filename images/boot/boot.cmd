# U-Boot's script, the same on a Raspberry Pi and in the emulator: picks a slot, counts the try, starts its kernel.
#
# Which slot: RAUC's rule for U-Boot. BOOT_ORDER names the slots, best first; BOOT_x_LEFT says how often one may still
# be tried. A try is counted before it is made, and RAUC's mark-good sets the count back to 3: a slot that does not come
# up three times is passed over. The three variables stand in a partition of their own, in one sector, so that a plug
# pulled while it is written leaves the old one or the new one. U-Boot's own environment is nowhere saved or asked.
# Where the count is spent for both, both get three tries again: a kiosk that gives up is a drive of 400 km.

setenv BOOT_ORDER "A B"
setenv BOOT_A_LEFT 3
setenv BOOT_B_LEFT 3
# Room above the kernel: it is loaded at kernel_addr_r and grows, unpacked, to less than 96 MiB.
setexpr ramdisk_at ${kernel_addr_r} + 0x6000000
setexpr sector_at ${kernel_addr_r} + 0x5f00000

part number ${devtype} ${devnum} sala-env env_part
part start ${devtype} ${devnum} ${env_part} env_start
${devtype} dev ${devnum}
if ${devtype} read ${sector_at} 0x${env_start} 1; then
    env import -c ${sector_at} 0x200 BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
fi

setenv slot
for one in ${BOOT_ORDER}; do
    if test "x${slot}" = x; then
        if test "${one}" = A; then
            if test 0x${BOOT_A_LEFT} -gt 0; then
                setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
                setenv slot A
                setenv kernel_label sala-kernel-a
                setenv root_label sala-root-a
            fi
        elif test 0x${BOOT_B_LEFT} -gt 0; then
            setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
            setenv slot B
            setenv kernel_label sala-kernel-b
            setenv root_label sala-root-b
        fi
    fi
done
if test "x${slot}" = x; then
    echo "no slot is left; each is tried three times again"
    setenv BOOT_A_LEFT 3
    setenv BOOT_B_LEFT 3
fi
env export -c -s 0x200 ${sector_at} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} write ${sector_at} 0x${env_start} 1
if test "x${slot}" = x; then reset; fi
echo "slot ${slot}; left: A ${BOOT_A_LEFT}, B ${BOOT_B_LEFT}"

# Any failure from here on ends in a reset, and so in the next try.
if part number ${devtype} ${devnum} ${kernel_label} kernel_part; then
    if load ${devtype} ${devnum}:${kernel_part} ${ramdisk_at} slot.txt; then
        env import -t ${ramdisk_at} ${filesize} roothash hash_offset
        setenv bootargs "root=/dev/mapper/sala-root rootfstype=erofs ro sala.device=PARTLABEL=${root_label} sala.roothash=${roothash} sala.hash_offset=${hash_offset} rauc.slot=${slot} systemd.gpt_auto=no lockdown=integrity panic=10 fsck.repair=yes consoleblank=0 vt.global_cursor_default=0 quiet loglevel=4 console=tty0 console=ttyAMA0,115200"
        if load ${devtype} ${devnum}:${kernel_part} ${kernel_addr_r} vmlinuz; then
            if load ${devtype} ${devnum}:${kernel_part} ${ramdisk_at} initrd.img; then
                booti ${kernel_addr_r} ${ramdisk_at}:${filesize} ${fdt_addr}
            fi
        fi
    fi
fi
echo "slot ${slot} cannot be started"
sleep 2
reset
