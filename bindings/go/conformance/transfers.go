package main

import (
	"fmt"
	"io"

	oss "alioss/bindings/go"
)

// onTransfer is about large files, copies, objects of unknown length, and whole directories.
func (op *operation) onTransfer() bool {
	b, ctx, options, key := op.bucket, op.ctx, op.options, op.word(2)
	switch op.words[0] {
	case "upload_file":
		op.answer, op.err = b.UploadFile(ctx, key, op.word(3), options...)
	case "abort_upload_file":
		op.err = b.AbortUploadFile(ctx, key, op.word(3), options...)
	case "download_file":
		op.answer, op.err = b.DownloadFile(ctx, key, op.word(3), options...)
	case "abort_download_file":
		op.err = b.AbortDownloadFile(ctx, key, op.word(3), options...)
	case "copy_large_object":
		op.answer, op.err = b.CopyLargeObject(ctx, key, op.source(3), options...)
	case "abort_copy_large_object":
		op.err = b.AbortCopyLargeObject(ctx, key, op.source(3), options...)
	case "write_object":
		op.write()
	case "list_uploads_before":
		list(op.outcome, b.ListUploadsBefore(ctx, key, seconds(op.number(3)), options...), (*outcome).upload)
	case "abort_uploads_before":
		var aborted int64
		if aborted, op.err = b.AbortUploadsBefore(ctx, key, seconds(op.number(3)), options...); op.err == nil {
			op.extra.number("aborted", aborted)
		}
	case "upload_directory":
		op.report(b.UploadDirectory(ctx, key, op.word(3), op.directory(op.number(4)), options...))
	case "download_directory":
		op.report(b.DownloadDirectory(ctx, key, op.word(3), op.directory(op.number(4)), options...))
	case "delete_prefix":
		flags := op.number(3)
		how := oss.PrefixDeletion{WholeBucket: flags&1 != 0, Versions: flags&2 != 0, OnOutcome: op.onOutcome}
		op.report(b.DeletePrefix(ctx, key, how, options...))
	default:
		return false
	}
	return true
}

// directory says what the flags of the C API say.
func (op *operation) directory(flags int64) oss.DirectoryTransfer {
	return oss.DirectoryTransfer{
		Delete:          flags&1 != 0,
		DeleteFromEmpty: flags&2 != 0,
		Overwrite:       flags&4 != 0,
		CompareContent:  flags&8 != 0,
		FollowLinks:     flags&16 != 0,
		StopAtFailure:   flags&32 != 0,
		Markers:         flags&64 != 0,
		DryRun:          flags&128 != 0,
		Filter:          op.filter,
		OnOutcome:       op.onOutcome,
	}
}

// report takes what became of many files, also if not all went well.
func (op *operation) report(report *oss.Report, err error) {
	op.err = err
	op.entries.text("outcomes", fmt.Sprintf("%d,%d,%d,%d,%d", report.Transferred.Files, report.Unchanged.Files,
		report.Skipped.Files, report.Failed.Files, report.Deleted.Files))
	for _, problem := range report.Problems {
		op.entries.text("entry", fmt.Sprintf("%v,%d,%s", problem.Kind, problem.Size, problem.Key))
		op.entries.text("entry.path", problem.Path)
		op.entries.text("entry.status", problem.Err.Status.String())
		op.entries.text("entry.reason", problem.Err.Reason)
	}
}

// write writes a body in pieces, whatever becomes of them; one that gives up at its end is given up.
func (op *operation) write() {
	w, err := op.bucket.NewWriter(op.ctx, op.word(2), op.options...)
	if err != nil {
		op.err = err
		return
	}
	body, piece := newSource(op.word(4)), make([]byte, op.number(3))
	for {
		got, err := body.Read(piece)
		switch err {
		case nil:
			w.Write(piece[:got])
		case io.EOF:
			op.err = w.Close()
			op.answer = w.Answer()
			return
		default:
			op.err = w.Abort()
			return
		}
	}
}
