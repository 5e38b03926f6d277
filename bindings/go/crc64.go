package oss

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"hash"
	"unsafe"
)

// CRC64 is the checksum with which the service and this library compare objects (ECMA-182), as a hash.Hash64. The zero
// value is that of no bytes, ready to use.
type CRC64 struct{ sum uint64 }

var _ hash.Hash64 = (*CRC64)(nil)

// NewCRC64 returns the checksum of no bytes.
func NewCRC64() *CRC64 {
	return &CRC64{}
}

// CRC64Combine returns the checksum of one block after another, from the checksums of both and the length of the second.
func CRC64Combine(first, second, secondLength uint64) uint64 {
	return uint64(C.oss_crc64_combine(C.uint64_t(first), C.uint64_t(second), C.uint64_t(secondLength)))
}

// Write takes the next bytes. It never fails.
func (c *CRC64) Write(p []byte) (int, error) {
	c.sum = uint64(C.oss_crc64(C.uint64_t(c.sum), unsafe.Pointer(unsafe.SliceData(p)), C.size_t(len(p))))
	return len(p), nil
}

// Sum64 returns the checksum of all bytes up to now.
func (c *CRC64) Sum64() uint64 {
	return c.sum
}

// Sum appends the checksum to b, most significant byte first.
func (c *CRC64) Sum(b []byte) []byte {
	return binary.BigEndian.AppendUint64(b, c.sum)
}

// Reset goes back to no bytes.
func (c *CRC64) Reset() {
	c.sum = 0
}

// Size returns 8, the bytes of a checksum.
func (c *CRC64) Size() int {
	return 8
}

// BlockSize returns 1: any number of bytes may be written.
func (c *CRC64) BlockSize() int {
	return 1
}
