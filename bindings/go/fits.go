package oss

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What encodes settings puts U+FFFD in the place of what XML and JSON cannot carry: a rule for other objects. So it is looked
// for, and refused, before.

// A carrier is what texts are sent in.
type carrier struct {
	name, allowed string
	fits          func(text string) bool
}

var (
	inXML  = carrier{"an XML document", "UTF-8 with no control characters but tab, line feed and carriage return", fitsXML}
	inJSON = carrier{"a JSON document", "UTF-8", utf8.ValidString}
)

// check refuses a text that cannot be carried as it is.
func (c carrier) check(path, text string) error {
	if c.fits(text) {
		return nil
	}
	return newError(InvalidArgument, fmt.Sprintf("`%s`: %q has what %s cannot carry; allowed is %s", path, text, c.name, c.allowed))
}

// checkAll refuses a value with such a text in it, at any depth. The error has its path.
func (c carrier) checkAll(value any) error {
	search := textSearch{fits: c.fits}
	if search.in(reflect.ValueOf(value), "") {
		return c.check(search.path, search.text)
	}
	return nil
}

// fitsXML reports whether an XML document can carry a text.
func fitsXML(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, isForbidden)
}

// isForbidden reports whether XML has no way to write this character.
func isForbidden(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == '\ufffe' || c == '\uffff'
}

// A textSearch looks for a text that does not fit.
type textSearch struct {
	fits       func(string) bool
	path, text string // of the one that was found
}

func (s *textSearch) in(value reflect.Value, path string) bool {
	switch value.Kind() {
	case reflect.String:
		return s.at(path, value.String())
	case reflect.Pointer, reflect.Interface:
		return !value.IsNil() && s.in(value.Elem(), path)
	case reflect.Slice:
		if value.Type().Elem().Kind() == reflect.Uint8 {
			return s.at(path, string(value.Bytes()))
		}
		for i := range value.Len() {
			if s.in(value.Index(i), path+"["+strconv.Itoa(i)+"]") {
				return true
			}
		}
	case reflect.Map:
		return s.inMap(value, path)
	case reflect.Struct:
		return s.inStruct(value, path)
	}
	return false
}

func (s *textSearch) inMap(value reflect.Value, path string) bool {
	keys := value.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	for _, key := range keys {
		inside := path + "[" + strconv.Quote(key.String()) + "]"
		if s.in(key, inside) || s.in(value.MapIndex(key), inside) {
			return true
		}
	}
	return false
}

func (s *textSearch) inStruct(value reflect.Value, path string) bool {
	if path != "" {
		path += "."
	}
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if field.IsExported() && field.Tag.Get("xml") != "-" && s.in(value.Field(i), path+field.Name) {
			return true
		}
	}
	return false
}

func (s *textSearch) at(path, text string) bool {
	if s.fits(text) {
		return false
	}
	s.path, s.text = path, text
	return true
}
