package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestEveryFieldsSentenceIsSaidInChinese reads the source for what can be wrong
// with a field, so that no reader of Chinese meets English in a form.
func TestEveryFieldsSentenceIsSaidInChinese(t *testing.T) {
	found := 0
	for _, top := range []string{".", "../catalog", "../orders", "../fulfillment"} {
		err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				text, ok := fieldSentence(n)
				if ok && fieldSentences[text] == "" {
					t.Errorf("%s: %q is not in fieldSentences", path, text)
				}
				if ok {
					found++
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 80 {
		t.Fatalf("only %d sentences were found: the test looks in the wrong place", found)
	}
}

// fieldSentence gives the sentence of a call such as err.At("body.unit", "…") or
// r.wrong("unit", "…").
func fieldSentence(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 {
		return "", false
	}
	if called, ok := call.Fun.(*ast.SelectorExpr); !ok || called.Sel.Name != "At" && called.Sel.Name != "wrong" {
		return "", false
	}
	return literal(call.Args[1])
}

// literal gives a format: "…", fmt.Sprintf("…"), or "…" + something.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && strings.Trim(text, "%sv") != ""
	case *ast.CallExpr:
		if len(e.Args) > 0 {
			return literal(e.Args[0])
		}
	case *ast.BinaryExpr:
		text, ok := literal(e.X)
		return text + "%s", ok
	}
	return "", false
}

func TestAProblemIsSaidInTheReadersLanguage(t *testing.T) {
	w := newTown(t)
	ask := func(language, path, body string) reply {
		request, err := http.NewRequest("POST", w.base+"/api"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept-Language", language)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, "POST "+path, answer)
	}
	for _, row := range []struct{ language, path, body, code, detail, field string }{
		{"zh-CN,zh;q=0.9,en;q=0.8", "/sign-in/codes", `{"contact":"12"}`, "contact_unknown", "手机号", "既不是手机号，也不是邮箱"},
		{"en-GB,zh;q=0.5", "/sign-in/codes", `{"contact":"12"}`, "contact_unknown", "Please enter a mobile number", "neither a phone number nor an e-mail address"},
		{"fr, zh-Hant;q=0.3", "/sign-in/codes", `{}`, "invalid_input", "", "缺少 contact"},
		{"zh", "/sign-in", `{"contact":"` + strings.Repeat("x", 121) + `","code":"1"}`, "invalid_input", "", "最多 120 个字符"},
		{"zh", "/nowhere", `{}`, "no_such_route", "", ""},
		{"", "/group-buys", `{}`, "sign_in", "Please sign in first.", ""},
		{"zh-Hans", "/group-buys", `{}`, "sign_in", "请先登录", ""},
	} {
		t.Run(row.language+" "+row.path, func(t *testing.T) {
			r := ask(row.language, row.path, row.body)
			if r.text("code") != row.code || !strings.Contains(r.text("detail"), row.detail) || !strings.Contains(string(r.raw), row.field) {
				t.Fatalf("%s", r.raw)
			}
			if chinese := strings.ContainsFunc(r.text("detail"), func(c rune) bool { return unicode.Is(unicode.Han, c) }); chinese != readsChinese(row.language) {
				t.Fatalf("%s", r.raw)
			}
		})
	}
}
