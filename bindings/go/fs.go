package oss

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// An FS is a bucket, or what is below a directory of it, as a file system to read from. Keys are paths, and what they have in
// common up to a slash is a directory. Made by [Bucket.FS].
type FS struct {
	bucket *Bucket
	ctx    context.Context
	prefix string // "" or ending with a slash
}

var _ interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.StatFS
	fs.SubFS
} = (*FS)(nil)

// FS returns the bucket as a file system, for [fs.WalkDir], [net/http.FS], templates and the like; ctx ends all of its
// requests. Files are of type [*File], so that they also have ReadAt, Seek and WriteTo. What file systems cannot name is
// not seen: keys with empty elements, with "." or "..". An object hides a directory of the same name; objects whose key
// ends with a slash only make a directory. Directories are read page by page, but held in memory to be sorted.
func (b *Bucket) FS(ctx context.Context) *FS {
	return &FS{bucket: b, ctx: ctx}
}

// key returns the key of a name, or why there is none.
func (f *FS) key(operation, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: operation, Path: name, Err: fs.ErrInvalid}
	}
	return f.prefix + name, nil
}

// directory returns what the keys in a directory begin with.
func (f *FS) directory(name string) string {
	if name == "." {
		return f.prefix
	}
	return f.prefix + name + "/"
}

// Open opens a file or a directory.
func (f *FS) Open(name string) (fs.File, error) {
	key, err := f.key("open", name)
	if err != nil {
		return nil, err
	}
	if name != "." {
		file, err := f.bucket.Open(f.ctx, key)
		if err == nil {
			return file, nil
		}
		if err = f.findDirectory(name, err); err != nil {
			return nil, pathError("open", name, err)
		}
	}
	return &openDirectory{fs: f, name: name}, nil
}

// findDirectory returns nil if there is a directory of that name. If there is not, it returns failed, the reason that there
// is no object.
func (f *FS) findDirectory(name string, failed error) error {
	if !errors.Is(failed, NotFound) {
		return failed
	}
	for _, err := range f.bucket.ListObjectsV2(f.ctx, f.directory(name), "", WithPageSize(1)) {
		return err
	}
	return failed
}

// Stat describes a file or a directory. The Sys of a file is the [*Answer] of HeadObject.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	key, err := f.key("stat", name)
	if err != nil {
		return nil, err
	}
	if name == "." {
		return directoryInfo(name), nil
	}
	info, err := f.bucket.stat(f.ctx, key)
	if err == nil {
		return info, nil
	}
	if err = f.findDirectory(name, err); err != nil {
		return nil, pathError("stat", name, err)
	}
	return directoryInfo(name), nil
}

// ReadFile returns the content of a file, compared with the CRC-64 of the service.
func (f *FS) ReadFile(name string) ([]byte, error) {
	key, err := f.key("read", name)
	if err != nil {
		return nil, err
	}
	object, err := f.bucket.GetObject(f.ctx, key)
	if err != nil {
		return nil, pathError("read", name, err)
	}
	defer object.Close()
	data, err := io.ReadAll(object)
	if err != nil {
		return nil, pathError("read", name, err)
	}
	return data, nil
}

// ReadDir returns what is in a directory, sorted by name. The Sys of what describes a file is its [ListedObject].
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	if _, err := f.key("readdir", name); err != nil {
		return nil, err
	}
	directory, exists := f.directory(name), name == "."
	var entries []fs.DirEntry
	for object, err := range f.bucket.ListObjectsV2(f.ctx, directory, "/", WithPageSize(1000)) {
		if err != nil {
			return entries, pathError("readdir", name, err)
		}
		exists = true
		base := strings.TrimSuffix(object.Key[len(directory):], "/")
		if !fs.ValidPath(base) || base == "." || !object.IsPrefix && strings.HasSuffix(object.Key, "/") {
			continue
		}
		entries = append(entries, entry{fs: f, path: path.Join(name, base), base: base, object: object})
	}
	if !exists {
		// A file, or nothing.
		if _, err := f.Stat(name); err != nil {
			return nil, pathError("readdir", name, errors.Unwrap(err))
		}
		return nil, pathError("readdir", name, errors.New("not a directory"))
	}
	// Of one name the file comes before the directory, and hides it.
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
		if order := strings.Compare(a.Name(), b.Name()); order != 0 || a.IsDir() == b.IsDir() {
			return order
		}
		if b.IsDir() {
			return -1
		}
		return 1
	})
	return slices.CompactFunc(entries, func(a, b fs.DirEntry) bool { return a.Name() == b.Name() }), nil
}

// Sub returns what is below a directory as a file system of its own.
func (f *FS) Sub(name string) (fs.FS, error) {
	if _, err := f.key("sub", name); err != nil {
		return nil, err
	}
	return &FS{bucket: f.bucket, ctx: f.ctx, prefix: f.directory(name)}, nil
}

// A fileInfo describes an object or a directory.
type fileInfo struct {
	name     string
	size     int64
	modified time.Time
	mode     fs.FileMode
	answer   *Answer // of HeadObject
	listed   *ListedObject
}

func newFileInfo(key string, answer *Answer) fileInfo {
	return fileInfo{
		name: path.Base(key), size: answer.ContentLength, modified: answer.LastModified, mode: 0o444, answer: answer,
	}
}

func directoryInfo(name string) fileInfo {
	return fileInfo{name: path.Base(name), mode: fs.ModeDir | 0o555}
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) ModTime() time.Time { return i.modified }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }

// Sys returns the *Answer or the ListedObject that this was taken from; nil for directories.
func (i fileInfo) Sys() any {
	switch {
	case i.answer != nil:
		return i.answer
	case i.listed != nil:
		return *i.listed
	}
	return nil
}

// An entry is what a directory has under a name.
type entry struct {
	fs         *FS
	path, base string
	object     ListedObject
}

func (e entry) Name() string               { return e.base }
func (e entry) IsDir() bool                { return e.object.IsPrefix }
func (e entry) Type() fs.FileMode          { return e.mode().Type() }
func (e entry) String() string             { return fs.FormatDirEntry(e) }
func (e entry) Info() (fs.FileInfo, error) { return e.info() }

func (e entry) mode() fs.FileMode {
	if e.object.IsPrefix {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

func (e entry) info() (fs.FileInfo, error) {
	switch {
	case e.object.IsPrefix:
		return directoryInfo(e.base), nil
	case e.object.Type == "Symlink":
		// The listing has the size of the link.
		return e.fs.Stat(e.path)
	}
	o := &e.object
	return fileInfo{name: e.base, size: o.Size, modified: o.LastModified, mode: e.mode(), listed: o}, nil
}

// An openDirectory reads a directory when it is first asked.
type openDirectory struct {
	fs      *FS
	name    string
	read    bool
	entries []fs.DirEntry
}

func (d *openDirectory) Stat() (fs.FileInfo, error) { return directoryInfo(d.name), nil }
func (d *openDirectory) Close() error               { return nil }

func (d *openDirectory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a directory")}
}

func (d *openDirectory) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		entries, err := d.fs.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.entries, d.read = entries, true
	}
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	taken := d.entries[:n:n]
	d.entries = d.entries[n:]
	return taken, nil
}
