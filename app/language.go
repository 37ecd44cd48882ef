package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"baimi/app/fault"
	"baimi/frontend"
)

// Problems are written in English, and in Chinese for whoever reads that: the
// sentence is the pages' own message for the code, filled with the problem's
// params; what is wrong with a field is said by the table in language_fields.go.

// inTheReadersLanguage is Huma's hook on every answer; problems alone have words.
func inTheReadersLanguage(c huma.Context, _ string, answer any) (any, error) {
	if p, ok := answer.(*fault.ProblemDocument); ok {
		return translated(p, c.Header("Accept-Language")), nil
	}
	return answer, nil
}

// translated gives the problem in the first language of an Accept-Language
// header that Baimi speaks; English where there is none.
func translated(p *fault.ProblemDocument, accept string) *fault.ProblemDocument {
	if !readsChinese(accept) {
		return p
	}
	said := *p
	if text, ok := filled(sentences()["error_"+p.Code], p.Params); ok {
		said.Detail = text
	}
	said.Errors = make([]fault.Field, len(p.Errors))
	for i, f := range p.Errors {
		said.Errors[i] = fault.Field{Path: f.Path, Message: fieldInChinese(f.Message)}
	}
	return &said
}

func readsChinese(accept string) bool {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return false
	}
	for _, tag := range tags {
		switch base, _ := tag.Base(); base.String() {
		case "zh":
			return true
		case "en":
			return false
		}
	}
	return false
}

// sentences are the pages' Chinese messages by their keys.
var sentences = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	names, err := fs.Glob(frontend.Messages, "messages/zh-Hans/*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(frontend.Messages, name)
		if err != nil {
			panic(err)
		}
		var area map[string]any // what has more than one form is no refusal
		if err := json.Unmarshal(body, &area); err != nil {
			panic(err)
		}
		for key, text := range area {
			if s, ok := text.(string); ok {
				all[key] = s
			}
		}
	}
	return all
})

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// filled puts params into a message; ok is false where it names one that is not there.
func filled(message string, params map[string]any) (text string, ok bool) {
	ok = message != ""
	text = placeholder.ReplaceAllStringFunc(message, func(hole string) string {
		said := readable(strings.Trim(hole, "{}"), params)
		ok = ok && said != ""
		return said
	})
	return text, ok
}

// readable says one param as people read it: states by their words, amounts in
// main units, moments to the minute.
func readable(name string, params map[string]any) string {
	value, there := params[name]
	if name == "name" && !there {
		value, there = params["name_zh"]
	}
	if !there {
		return ""
	}
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04 UTC")
	case int64:
		if currency, ok := params["currency"]; ok && (name == "most" || name == "overpaid" || name == "outstanding") {
			return fmt.Sprintf("%d.%02d %v", v/100, v%100, currency)
		}
	}
	text := fmt.Sprint(value)
	if word := sentences()["state_"+text]; name == "state" && word != "" {
		return word
	}
	return text
}

// fieldInChinese finds the format that made an English sentence about a field.
func fieldInChinese(message string) string {
	for _, f := range fieldFormats() {
		if found := f.english.FindStringSubmatch(message); found != nil {
			holes := make([]any, len(found)-1)
			for i, hole := range found[1:] {
				holes[i] = hole
			}
			return fmt.Sprintf(f.chinese, holes...)
		}
	}
	return message
}

type fieldFormat struct {
	english *regexp.Regexp
	chinese string
}

var verb = regexp.MustCompile(`%[a-z]`)

var fieldFormats = sync.OnceValue(func() []fieldFormat {
	all := make([]fieldFormat, 0, len(fieldSentences))
	for _, english := range sortedKeys(fieldSentences) {
		pattern := verb.ReplaceAllString(regexp.QuoteMeta(english), `(.+?)`)
		all = append(all, fieldFormat{regexp.MustCompile(`^` + pattern + `$`), fieldSentences[english]})
	}
	return all
})
