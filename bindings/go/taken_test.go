package oss

import (
	"context"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// Options that only some calls take, by the names that errors have for them.
var restricted = map[string][]Option{
	"length":             {WithLength(3)},
	"quiet":              {WithQuiet()},
	"part_size":          {WithPartSize(102_400)},
	"workers":            {WithWorkers(1)},
	"record_directory":   {WithRecordDirectory("missing")},
	"no_record":          {WithoutRecord()},
	"prefetch":           {WithPrefetch(2)},
	"page_size":          {WithPageSize(10)},
	"start_after":        {WithStartAfter("a")},
	"marker":             {WithMarker("a")},
	"key_marker":         {WithKeyMarker("a")},
	"version_id_marker":  {WithVersionIDMarker("a")},
	"upload_id_marker":   {WithUploadIDMarker("a")},
	"part_number_marker": {WithPartNumberMarker(1)},
	"fetch_owner":        {WithFetchOwner()},
}

// Which call takes which of them; the others none.
var taken = map[string]string{
	"PutObject":             "length",
	"AppendObject":          "length",
	"UploadPart":            "length",
	"GetObject":             "prefetch",
	"GetObjectToWriter":     "prefetch",
	"Open":                  "prefetch",
	"DeleteMultipleObjects": "quiet",
	"NewWriter":             "part_size workers",
	"UploadFile":            "part_size workers record_directory no_record",
	"AbortUploadFile":       "part_size workers record_directory no_record",
	"DownloadFile":          "part_size workers record_directory no_record",
	"AbortDownloadFile":     "part_size workers record_directory no_record",
	"CopyLargeObject":       "part_size workers record_directory no_record",
	"AbortCopyLargeObject":  "part_size workers record_directory no_record",
	"UploadDirectory":       "part_size workers record_directory no_record",
	"DownloadDirectory":     "part_size workers record_directory no_record",
	"ListObjectsV2":         "page_size start_after fetch_owner",
	"ListObjects":           "page_size marker fetch_owner",
	"ListObjectVersions":    "page_size key_marker version_id_marker fetch_owner",
	"ListMultipartUploads":  "page_size key_marker upload_id_marker",
	"ListUploadsBefore":     "page_size key_marker upload_id_marker",
	"AbortUploadsBefore":    "page_size key_marker upload_id_marker",
	"ListParts":             "page_size part_number_marker",
	"ListBuckets":           "page_size marker",
	"Invoke":                "page_size start_after marker key_marker version_id_marker upload_id_marker part_number_marker fetch_owner",
	"Presign":               "page_size start_after marker key_marker version_id_marker upload_id_marker part_number_marker fetch_owner",
}

// An option that a call would ignore is refused, by name, whatever the call; one that it takes is not.
func TestOptionsThatACallDoesNotTakeAreRefused(t *testing.T) {
	b := newBucket(t)
	s := must(NewService(options()))(t)
	defer s.Close()
	text, seen := filepath.Join(t.TempDir(), "text"), make(map[string]bool)
	for _, target := range []any{b, s} {
		value := reflect.ValueOf(target)
		for i := range value.NumMethod() {
			name, method := value.Type().Method(i).Name, value.Method(i)
			if !method.Type().IsVariadic() || method.Type().In(method.Type().NumIn()-1) != reflect.TypeFor[[]Option]() {
				continue
			}
			seen[name] = true
			for option, with := range restricted {
				err := call(t, method, text, with)
				refused := err != nil && strings.Contains(err.Error(), "this call takes none")
				if wanted := !slices.Contains(strings.Fields(taken[name]), option); refused != wanted {
					t.Errorf("%s with %s: %v", name, option, err)
				} else if wanted && !strings.Contains(err.Error(), "`"+option+"`") {
					t.Errorf("%s with %s: the option is not named: %v", name, option, err)
				} else if wanted {
					wantError(t, err, InvalidArgument)
				}
			}
		}
	}
	for name := range taken {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
	if len(seen) < 70 {
		t.Errorf("only %d calls were tried", len(seen))
	}
}

// call calls a method with whatever fits its parameters, and returns how it failed.
func call(t *testing.T, method reflect.Value, text string, options []Option) error {
	var arguments []reflect.Value
	for i := range method.Type().NumIn() - 1 {
		kind := method.Type().In(i)
		argument := reflect.New(kind).Elem()
		switch {
		case kind == reflect.TypeFor[context.Context]():
			argument.Set(reflect.ValueOf(live(t)))
		case kind == reflect.TypeFor[io.Reader]():
			argument.Set(reflect.ValueOf(strings.NewReader("abc")))
		case kind == reflect.TypeFor[io.Writer]():
			argument.Set(reflect.ValueOf(io.Discard))
		case kind == reflect.TypeFor[CopySource]():
			argument.Set(reflect.ValueOf(CopySource{Key: "source"}))
		case kind == reflect.TypeFor[time.Duration]():
			argument.SetInt(int64(time.Minute))
		case kind.Kind() == reflect.String:
			argument.SetString(text)
		case kind.Kind() == reflect.Int:
			argument.SetInt(1)
		}
		arguments = append(arguments, argument)
	}
	var err error
	results := method.CallSlice(append(arguments, reflect.ValueOf(options)))
	if listing := results[0]; listing.Kind() == reflect.Func {
		listing.Call([]reflect.Value{reflect.MakeFunc(listing.Type().In(0), func(entry []reflect.Value) []reflect.Value {
			err, _ = entry[1].Interface().(error)
			return []reflect.Value{reflect.ValueOf(err == nil)}
		})})
		return err
	}
	err, _ = results[len(results)-1].Interface().(error)
	switch result := results[0].Interface().(type) {
	case *Writer:
		if result != nil {
			result.Abort()
		}
	case *Object:
		if result != nil {
			result.Close()
		}
	case *File:
		if result != nil {
			result.Close()
		}
	}
	return err
}

// The size of parts is for downloads in parts only, and then also of a File, each of whose requests has all options.
func TestOptionsThatGoTogether(t *testing.T) {
	b := newBucket(t)
	data := pattern(300_000)
	put(t, b, "key", data)
	with := []Option{WithPartSize(102_400), WithPrefetch(2)}
	for range 2 {
		must(io.ReadAll(must(b.GetObject(live(t), "key", with...))(t)))(t)
		must(b.GetObjectToWriter(live(t), "key", io.Discard, with...))(t)
		file := must(b.Open(live(t), "key", with...))(t)
		must(io.ReadAll(file))(t)
		must(file.ReadAt(make([]byte, 10), 100))(t)
		file.Close()
		slices.Reverse(with)
	}
	// Listings of uploads have a name of their own for the size of pages.
	for range 3 {
		must(b.InitiateMultipartUpload(live(t), "key"))(t)
	}
	count := 0
	for _, err := range b.ListUploadsBefore(live(t), "", 0, WithPageSize(1)) {
		must(count, err)(t)
		count++
	}
	pages := 0
	for _, request := range requests(t, b) {
		if request.Operation == "ListMultipartUploads" && strings.Contains(request.Target, "max-uploads=1") {
			pages++
		}
	}
	if count != 3 || pages < 3 {
		t.Errorf("%d uploads in %d pages", count, pages)
	}
}
