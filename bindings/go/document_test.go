package oss

import (
	"strings"
	"testing"
)

func TestDocument(t *testing.T) {
	d := must(ParseDocument([]byte("<?xml version=\"1.0\"?>\n<!-- no --><A xmlns=\"http://a\">\n <B>1</B>\n <C><D>x</D> </C>\n <B>&lt;<![CDATA[&]]></B><E/><F> </F></A>\n")))(t)
	for path, want := range map[string]string{"B": "1", "B[0]": "1", "B[1]": "<&", "C": "", "C.D": "x", "C[0].D[0]": "x", "": "", "E": "", "F": " ", "B[2]": "", "X": "", "A": "",
		"B.": "", ".B": "", "B[": "", "B[-1]": "", "B[1": "", "B[1]x": "", "[1]": ""} {
		if got := d.Text(path); got != want {
			t.Errorf("%q: %q instead of %q", path, got, want)
		}
	}
	for path, want := range map[string]int{"B": 2, "B[7]": 2, "C.D": 1, "C[1].D": 0, "X": 0, "": 0} {
		if got := d.Count(path); got != want {
			t.Errorf("%q: %d instead of %d", path, got, want)
		}
	}
	for path, want := range map[string]bool{"E": true, "": true, "B[1]": true, "B[2]": false, "C.E": false} {
		if got := d.Has(path); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
	for _, pair := range [][2]string{{"B[2]", "new\r\n<>&\"'"}, {"C.D", ""}, {"G[0].H.I", "deep"}, {"E.J", "1"}} {
		if err := d.Set(pair[0], pair[1]); err != nil {
			t.Error(err)
		}
		if got := must(ParseDocument(d.Bytes()))(t).Text(pair[0]); got != pair[1] {
			t.Errorf("%s: %q", pair[0], got)
		}
	}
	for path, text := range map[string]string{"B[4]": "", "G[0].H[2]": "", "": "a", "a b": "", "<": "", "-a": "", "B": "\x00", "C": "\xff", strings.Repeat("a.", 32) + "a": ""} {
		wantError(t, d.Set(path, text), InvalidArgument)
	}
	before := string(d.Bytes())
	for _, path := range []string{"New.Deep[1]", "B[3].X[1]", "C.D.Deep[0].Deeper[2]", "G[0].H.I.J[1]"} {
		wantError(t, d.Set(path, ""), InvalidArgument)
		if after := string(d.Bytes()); after != before {
			t.Errorf("%s is refused and has made something: %s", path, after)
		}
	}
	if !d.Remove("B[1]") || d.Count("B") != 2 || d.Text("B[0]") != "1" || d.Remove("B[2]") || d.Remove("X.Y") || d.Remove("") {
		t.Errorf("%s", d.Bytes())
	}
	if err := d.Set("C", "flat"); err != nil || d.Has("C.D") || d.Text("C") != "flat" {
		t.Errorf("%v %s", err, d.Bytes())
	}
	fresh := NewDocument("R")
	if err := fresh.Set("S[0]", "1"); err != nil || !strings.HasSuffix(string(fresh.Bytes()), "\n<R><S>1</S></R>") {
		t.Errorf("%v %s", err, fresh.Bytes())
	}
}

func TestBadDocuments(t *testing.T) {
	deep := strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65)
	for _, text := range []string{"", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&nix;</a>", "{}", deep} {
		if d, err := ParseDocument([]byte(text)); err == nil {
			t.Errorf("%q is taken for %s", text, d.Bytes())
		} else {
			wantError(t, err, BadResponse)
		}
	}
	answer := &Answer{}
	if answer.Text("A") != "" || answer.Count("A") != 0 {
		t.Error("there is nothing in it")
	}
}
