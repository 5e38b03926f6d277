package oss

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
)

// How much the first Read after Open or Seek fetches. Who reads little, such as the beginning of a file, has its answer
// with that and leaves the connection whole; who reads on gets the rest in one request.
const windowSize = 64 * 1024

// A File is an object, opened to be read at any place: an [fs.File], [io.ReaderAt], [io.Seeker] and [io.WriterTo]. All of
// it is the one object that was there when it was opened: each request asks for the ETag of then, and fails with
// [PreconditionFailed] if the object has changed since. ReadAt may be called by any number of goroutines at once; the
// others take turns; one in a progress function that runs for another is [Busy], and only Close does not wait there. The
// context of Open ends all of them.
type File struct {
	bucket  *Bucket
	ctx     context.Context
	key     string
	options []Option
	info    fileInfo

	closed  atomic.Bool
	mutex   sync.Mutex
	running atomic.Pointer[request] // the last one that began while the mutex was held
	// These belong to the mutex.
	position int64
	window   []byte  // what was fetched ahead, from windowAt on
	windowAt int64   //
	fetched  bool    // whether there was a window since the last jump: the next request is for all the rest
	stream   *Object // what is being read from streamAt on, or nil
	streamAt int64
	sum      CRC64 // of the first summed bytes, since the position was last at the beginning
	summed   int64
	wrong    error // that what was read to the end is not the object; until a Seek
}

var _ interface {
	fs.File
	io.ReadSeekCloser
	io.ReaderAt
	io.WriterTo
} = (*File)(nil)

// Open asks for the object with HeadObject, and returns it to be read at any place. Options go with every request; a
// range and WithIfMatch are the File's own business.
func (b *Bucket) Open(ctx context.Context, key string, options ...Option) (*File, error) {
	options = append(slices.Clone(options), (*settings).takesPrefetch)
	info, err := b.stat(ctx, key, options...)
	if err != nil {
		return nil, err
	}
	return &File{bucket: b, ctx: ctx, key: key, options: options, info: info}, nil
}

// stat describes an object. One of unknown length cannot be read at any place.
func (b *Bucket) stat(ctx context.Context, key string, options ...Option) (fileInfo, error) {
	answer, err := b.HeadObject(ctx, key, options...)
	if err != nil {
		return fileInfo{}, err
	}
	if answer.ContentLength < 0 {
		return fileInfo{}, newError(BadResponse, fmt.Sprintf("the answer does not say how long %q is", key))
	}
	return newFileInfo(key, answer), nil
}

// lock takes the turn of who reads on, which unlock ends.
func (f *File) lock() error {
	if !f.mutex.TryLock() {
		if r := f.running.Load(); r != nil && r.inside() {
			return errInside()
		}
		f.mutex.Lock()
	}
	if f.closed.Load() {
		f.unlock()
		return ErrClosed
	}
	return nil
}

func (f *File) unlock() {
	f.mutex.Unlock()
	f.sweep()
}

// sweep releases what a closed file has, unless somebody uses it, who does this afterwards.
func (f *File) sweep() {
	if f.closed.Load() && f.mutex.TryLock() {
		f.window = nil
		f.dropStream()
		f.mutex.Unlock()
	}
}

// noted has a request of a turn be known to others, who may end it.
func (f *File) noted() Option {
	return withSetter(func(r *request) error {
		r.known = true
		f.running.Store(r)
		return nil
	})
}

// ended is the error of a turn, which another goroutine may have ended by closing the file.
func (f *File) ended(err error) error {
	if err != nil && err != io.EOF && f.closed.Load() {
		return ErrClosed
	}
	return err
}

// Stat describes the object as it was when it was opened. Its Sys is the [*Answer] of HeadObject.
func (f *File) Stat() (fs.FileInfo, error) {
	return f.info, nil
}

// Read reads on from where the last Read or Seek ended. With the last byte of the object it compares all with the CRC-64 of
// the service, if all was read since the position was at the beginning, in whatever pieces. What is not the object ends in
// [ChecksumMismatch], in place of its last piece, so that those who know the length learn it, too. After that, Seek to where it
// is to be read again.
func (f *File) Read(p []byte) (int, error) {
	if err := f.lock(); err != nil {
		return 0, err
	}
	defer f.unlock()
	switch {
	case len(p) == 0:
		return 0, nil
	case f.position >= f.info.size:
		if err := f.verify(); err != nil {
			return 0, err
		}
		return 0, io.EOF
	case f.wrong != nil:
		return 0, f.wrong
	}
	before := f.position
	got, err := f.read(p)
	f.pass(p[:got])
	if err == nil && f.position >= f.info.size {
		if wrong := f.verify(); wrong != nil {
			f.position = before
			return 0, wrong
		}
	}
	return got, f.ended(err)
}

// pass moves over bytes that were read at the position.
func (f *File) pass(p []byte) {
	if f.position == 0 {
		f.sum.Reset()
		f.summed = 0
	}
	// Some of it may have been read before.
	if known := f.summed - f.position; known >= 0 && known < int64(len(p)) {
		f.sum.Write(p[known:])
		f.summed += int64(len(p)) - known
	}
	f.position += int64(len(p))
}

// A passing writer writes what a file moves over.
type passing struct {
	file *File
	to   io.Writer
}

func (p passing) Write(piece []byte) (int, error) {
	written, err := p.to.Write(piece)
	p.file.pass(piece[:max(0, min(written, len(piece)))])
	return written, err
}

// verify fails if all was read and is not what the service has.
func (f *File) verify() error {
	answer := f.info.answer
	switch {
	case f.wrong != nil:
		return f.wrong
	case f.bucket.unchecked, f.summed < f.info.size, answer.CRC64 == 0, answer.CRC64 == f.sum.Sum64():
		return nil
	}
	f.forget(newError(ChecksumMismatch, fmt.Sprintf("the bytes of %q have CRC-64 %d, the service's is %d",
		f.key, f.sum.Sum64(), answer.CRC64)))
	return f.wrong
}

// forget drops all that came, as it is wrong: neither its bytes nor their sum may become part of what is read after a Seek.
func (f *File) forget(wrong error) {
	f.wrong = wrong
	f.sum.Reset()
	f.summed = 0
	f.window, f.fetched = f.window[:0], false
	f.dropStream()
}

// endStream closes the stream. If that was not the object, nothing that came is used again.
func (f *File) endStream() {
	if f.stream == nil {
		return
	}
	if failed, ok := f.stream.err.(*Error); ok && failed.Status == ChecksumMismatch {
		f.forget(failed)
	}
	f.dropStream()
}

// read takes bytes at the position from the window or the stream, which it fetches first if it must.
func (f *File) read(p []byte) (int, error) {
	if f.stream != nil && f.streamAt != f.position {
		f.dropStream()
	}
	if into := f.position - f.windowAt; into >= 0 && into < int64(len(f.window)) {
		return copy(p, f.window[into:]), nil
	}
	if f.stream == nil && !f.fetched {
		if err := f.fetchWindow(); err != nil {
			return 0, err
		}
		return copy(p, f.window), nil
	}
	if f.stream == nil {
		if err := f.openStream(); err != nil {
			return 0, err
		}
	}
	got, err := f.stream.Read(p)
	f.streamAt += int64(got)
	if err != nil {
		f.endStream()
	}
	if err == io.EOF {
		err = nil
		if got == 0 {
			err = io.ErrUnexpectedEOF // The position is before the end.
		}
	}
	return got, err
}

func (f *File) fetchWindow() error {
	if f.window == nil {
		f.window = make([]byte, min(windowSize, f.info.size))
	}
	// Nothing is in it until all of it came, also if a function of the program panics.
	f.window, f.windowAt = f.window[:0], f.position
	got, err := f.readAt(f.window[:cap(f.window)], f.position, f.noted())
	if err == nil {
		f.window, f.fetched = f.window[:got], true
	}
	return err
}

func (f *File) openStream() error {
	stream, err := f.bucket.GetObject(f.ctx, f.key, append(f.part(f.position, -1), f.noted())...)
	if err != nil {
		return err
	}
	f.stream, f.streamAt = stream, f.position
	return nil
}

func (f *File) dropStream() {
	if f.stream != nil {
		f.stream.Close()
		f.stream = nil
	}
}

// part are the options of a request for the bytes first to last; all of them have no range, so that they are compared with
// CRC-64.
func (f *File) part(first, last int64) []Option {
	options := append([]Option(nil), f.options...)
	if etag := f.info.answer.ETag; etag != "" {
		options = append(options, WithIfMatch(etag))
	}
	if first > 0 || last >= 0 && last < f.info.size-1 {
		options = append(options, WithRange(first, last))
	}
	return options
}

// ReadAt reads from an offset, without moving the position of Read. At the end of the object it returns [io.EOF].
func (f *File) ReadAt(p []byte, offset int64) (int, error) {
	switch {
	case f.closed.Load():
		return 0, ErrClosed
	case offset < 0:
		return 0, newError(InvalidArgument, fmt.Sprintf("`offset`: %d is negative", offset))
	case offset >= f.info.size:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	got, err := f.readAt(p, offset)
	if err == nil && got < len(p) {
		err = io.EOF
	}
	return got, err
}

// readAt fills p as far as the object reaches.
func (f *File) readAt(p []byte, offset int64, more ...Option) (int, error) {
	p = p[:min(int64(len(p)), f.info.size-offset)]
	options := append(f.part(offset, offset+int64(len(p))-1), more...)
	got, _, err := f.bucket.GetObjectToBuffer(f.ctx, f.key, p, options...)
	return got, err
}

// Seek sets where Read and WriteTo go on. It sends nothing.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	if err := f.lock(); err != nil {
		return 0, err
	}
	defer f.unlock()
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.position
	case io.SeekEnd:
		offset += f.info.size
	default:
		return 0, newError(InvalidArgument, fmt.Sprintf("`whence`: %d is not io.SeekStart, io.SeekCurrent or io.SeekEnd", whence))
	}
	if offset < 0 {
		return 0, newError(InvalidArgument, fmt.Sprintf("`offset`: %d is before the beginning", offset))
	}
	if whence != io.SeekCurrent || offset != f.position {
		f.wrong = nil
	}
	if into := offset - f.windowAt; offset != f.position && (into < 0 || into > int64(len(f.window))) {
		f.fetched = false
	}
	f.position = offset
	return offset, nil
}

// WriteTo writes what is left of the object to w, in one request. If all of the object was read since the position was at
// the beginning, it is compared with its CRC-64, and then an error means that what was written is not the object. After
// [ChecksumMismatch], Seek to where it is to be read again.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	if err := f.lock(); err != nil {
		return 0, err
	}
	defer f.unlock()
	if f.position >= f.info.size || f.wrong != nil {
		return 0, f.verify()
	}
	defer f.endStream() // also if w panics: it is elsewhere than streamAt then
	if f.stream == nil || f.streamAt != f.position {
		f.dropStream()
		if err := f.openStream(); err != nil {
			return 0, err
		}
	}
	written, err := f.stream.WriteTo(passing{f, w})
	if err == nil {
		err = f.verify()
	}
	return written, f.ended(err)
}

// Close ends what Read or WriteTo do, and releases the connection, if there is one. A second Close returns [ErrClosed].
func (f *File) Close() error {
	if f.closed.Swap(true) {
		return ErrClosed
	}
	if r := f.running.Load(); r != nil {
		r.cancel()
	}
	f.sweep()
	return nil
}

// pathError is what functions of [fs.FS] return.
func pathError(operation, name string, err error) error {
	var known *fs.PathError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &fs.PathError{Op: operation, Path: name, Err: err}
}
