package oss

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A Document is an XML document whose elements are found by path: a configuration is read and changed element by element,
// and what is not named stays as it was.
//
//	answer, err := bucket.Invoke(ctx, "GetBucketInventory", "", nil, oss.WithQuery("inventoryId", "a"))
//	...
//	document, err := answer.Document()
//	...
//	document.Set("Schedule.Frequency", "Weekly")
//	_, err = bucket.Invoke(ctx, "PutBucketInventory", "", document.Bytes(), oss.WithQuery("inventoryId", "a"))
//
// A path is names joined by dots, each perhaps with the number of the element among those of its name, from 0:
// "Rule[1].Expiration.Days". The root is not named. Attributes and comments are not kept. One goroutine at a time may
// change a Document.
type Document struct {
	root element
}

type element struct {
	name     string
	text     string // right inside, without that of the children
	children []*element
}

// The most elements around each other, and names in a path.
const (
	maxDepth = 64
	maxSteps = 32
)

// NewDocument makes a document with nothing in its root.
func NewDocument(root string) *Document {
	return &Document{element{name: root}}
}

// ParseDocument reads a document.
func ParseDocument(data []byte) (*Document, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	open := []*parsed{{element: &element{}}}
	for {
		token, err := decoder.Token()
		outside := open[0].children
		if err == io.EOF && len(outside) == 1 {
			return &Document{*outside[0]}, nil
		}
		if err != nil {
			return nil, newError(BadResponse, "the document is malformed: "+err.Error())
		}
		inner := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			if len(open) > maxDepth || len(open) == 1 && len(outside) == 1 {
				return nil, newError(BadResponse, "the document is malformed: it is too deep or has two roots")
			}
			child := &element{name: token.Name.Local}
			inner.children = append(inner.children, child)
			open = append(open, &parsed{element: child})
		case xml.EndElement:
			inner.end()
			open = open[:len(open)-1]
		case xml.CharData:
			inner.pieces = append(inner.pieces, token...)
		}
	}
}

// A parsed is an element whose end has not come yet.
type parsed struct {
	*element
	pieces []byte
}

// end takes the text, without blanks that only indent children.
func (p *parsed) end() {
	if len(p.children) == 0 || len(bytes.TrimSpace(p.pieces)) > 0 {
		p.text = string(p.pieces)
	}
}

// Root returns the name of the root element.
func (d *Document) Root() string {
	return d.root.name
}

// Text returns the text of the element at path; "" if it holds only other elements or if there is none. The empty path is
// the root.
func (d *Document) Text(path string) string {
	if found := d.find(path); found != nil {
		return found.text
	}
	return ""
}

// Has reports whether there is an element at path.
func (d *Document) Has(path string) bool {
	return d.find(path) != nil
}

// Count returns how many elements there are with the last name of path, such as "Rule" or "Rule[0].Transition".
func (d *Document) Count(path string) int {
	steps, err := parsePath(path)
	if err != nil {
		return 0
	}
	last := len(steps) - 1
	around := d.root.descend(steps[:last])
	if around == nil {
		return 0
	}
	return around.count(steps[last].name)
}

// Set gives the element at path this text. Missing elements are made; an index may be one after the last. What was
// inside the element goes.
func (d *Document) Set(path, text string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	if err := inXML.check(path, text); err != nil {
		return err
	}
	if d.root.leavesGap(steps) {
		return newError(InvalidArgument, fmt.Sprintf("`path`: %q leads past the end; an index may be one after the last", path))
	}
	inner := &d.root
	for _, step := range steps {
		inner = inner.enter(step)
	}
	inner.text, inner.children = text, nil
	return nil
}

// Remove takes out the element at path with all that is in it. It reports whether there was one.
func (d *Document) Remove(path string) bool {
	steps, err := parsePath(path)
	if err != nil {
		return false
	}
	last := len(steps) - 1
	around := d.root.descend(steps[:last])
	if around == nil {
		return false
	}
	at := around.position(steps[last])
	if at < 0 {
		return false
	}
	around.children = slices.Delete(around.children, at, at+1)
	return true
}

// Bytes returns the document as it is sent.
func (d *Document) Bytes() []byte {
	out := bytes.NewBufferString(xml.Header)
	d.root.write(out)
	return out.Bytes()
}

func (e *element) write(out *bytes.Buffer) {
	fmt.Fprintf(out, "<%s>", e.name)
	xml.EscapeText(out, []byte(e.text))
	for _, child := range e.children {
		child.write(out)
	}
	fmt.Fprintf(out, "</%s>", e.name)
}

func (d *Document) find(path string) *element {
	if path == "" {
		return &d.root
	}
	steps, err := parsePath(path)
	if err != nil {
		return nil
	}
	return d.root.descend(steps)
}

// A step is one name of a path.
type step struct {
	name  string
	index int
}

func parsePath(path string) ([]step, error) {
	var steps []step
	for _, part := range strings.Split(path, ".") {
		name, index, indexed := strings.Cut(part, "[")
		s := step{name: name}
		var err error
		if indexed {
			digits, closed := strings.CutSuffix(index, "]")
			if s.index, err = strconv.Atoi(digits); !closed || s.index < 0 {
				err = strconv.ErrSyntax
			}
		}
		if err != nil || !isName(name) || len(steps) == maxSteps {
			return nil, newError(InvalidArgument, fmt.Sprintf("`path`: %q is not a path; one is such as \"Rule[0].Expiration.Days\"", path))
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// isName reports whether an element may have this name.
func isName(name string) bool {
	return name != "" && !strings.ContainsAny(name, " \t\r\n<>&'\"/=!?[]{}()*+,;#%@$^`|\\~") && !strings.ContainsAny(name[:1], "-0123456789")
}

// descend follows the steps; nil if there is nothing.
func (e *element) descend(steps []step) *element {
	for _, step := range steps {
		at := e.position(step)
		if at < 0 {
			return nil
		}
		e = e.children[at]
	}
	return e
}

// leavesGap reports whether what the steps name would not stand next to those that are there. It is asked before
// anything is made: a path that is refused changes nothing.
func (e *element) leavesGap(steps []step) bool {
	for _, s := range steps {
		there := 0
		if e != nil {
			there = e.count(s.name)
		}
		if s.index > there {
			return true
		}
		if e != nil {
			e = e.descend([]step{s})
		}
	}
	return false
}

// enter is descend by one step. It makes what is missing, after those of its name.
func (e *element) enter(s step) *element {
	if at := e.position(s); at >= 0 {
		return e.children[at]
	}
	at := len(e.children)
	for i, child := range e.children {
		if child.name == s.name {
			at = i + 1
		}
	}
	child := &element{name: s.name}
	e.children = slices.Insert(e.children, at, child)
	e.text = "" // beside elements it means nothing
	return child
}

func (e *element) count(name string) int {
	count := 0
	for _, child := range e.children {
		if child.name == name {
			count++
		}
	}
	return count
}

func (e *element) position(s step) int {
	before := 0
	return slices.IndexFunc(e.children, func(child *element) bool {
		if child.name != s.name {
			return false
		}
		before++
		return before > s.index
	})
}
