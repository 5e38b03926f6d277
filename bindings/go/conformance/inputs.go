package main

import (
	"context"
	"strconv"
	"time"

	oss "alioss/bindings/go"
)

// perform carries out an operation with the inputs; nil if there is none of that name.
func (r *runner) perform(words []string) *outcome {
	o := &outcome{fnv: 14695981039346656037}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var options []oss.Option
	op := &operation{words: words, outcome: o, bucket: r.buckets[at(words, 1)], service: r.services[at(words, 1)]}
	for _, input := range r.inputs {
		first, _ := strconv.ParseInt(at(input, 1), 10, 64)
		switch input[0] {
		case "header":
			options = append(options, oss.WithHeader(at(input, 1), at(input, 2)))
		case "query":
			if len(input) > 2 {
				options = append(options, oss.WithQuery(input[1], input[2]))
			} else {
				options = append(options, oss.WithSubresource(at(input, 1)))
			}
		case "field":
			if len(input) > 2 {
				options = append(options, oss.WithField(input[1], input[2]))
			} else {
				options = append(options, oss.WithoutField(at(input, 1)))
			}
		case "callback":
			options = append(options, oss.WithCallback(at(input, 1), at(input, 2)))
		case "initial_crc64":
			crc, _ := strconv.ParseUint(at(input, 1), 10, 64)
			options = append(options, oss.WithInitialCRC64(crc))
		case "part_size":
			options = append(options, oss.WithPartSize(first))
		case "workers":
			options = append(options, oss.WithWorkers(int(first)))
		case "prefetch":
			options = append(options, oss.WithPrefetch(int(first)))
		case "record_directory":
			options = append(options, oss.WithRecordDirectory(at(input, 1)))
		case "no_record":
			options = append(options, oss.WithoutRecord())
		case "outcome_stop":
			op.onOutcome = func(oss.Outcome) error { return errStop }
		case "filter_out":
			op.filter = func(name string) bool { return name != at(input, 1) }
		case "part":
			op.parts = append(op.parts, newPart(input))
		case "range":
			last, _ := strconv.ParseInt(at(input, 2), 10, 64)
			options = append(options, oss.WithRange(first, last))
		case "timeout_ms":
			options = append(options, oss.WithTimeout(time.Duration(first)*time.Millisecond))
		case "cancel_after_ms":
			if first == 0 {
				cancel()
			} else {
				defer time.AfterFunc(time.Duration(first)*time.Millisecond, cancel).Stop()
			}
		case "progress", "progress_stop":
			options = append(options, oss.WithProgress(func(done, total int64) error {
				o.reports++
				o.done, o.total = done, total
				if input[0] == "progress_stop" && done >= first {
					return errStop
				}
				return nil
			}))
		}
	}
	op.ctx, op.options = ctx, options
	if !op.carryOut() {
		return nil
	}
	return o
}

// newPart reads NUMBER ETAG SIZE CRC64; the package has no word for a size without a CRC-64.
func newPart(input []string) oss.Part {
	number, _ := strconv.Atoi(at(input, 1))
	size, _ := strconv.ParseInt(at(input, 3), 10, 64)
	part := oss.Part{Number: number, ETag: at(input, 2), Size: size}
	if size >= 0 {
		part.CRC64, _ = strconv.ParseUint(at(input, 4), 10, 64)
	}
	return part
}
