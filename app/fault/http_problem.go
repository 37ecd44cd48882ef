package fault

import (
	"errors"
	"log/slog"

	"github.com/danielgtaylor/huma/v2"
)

// ProblemDocument is the answer to a refused request, as RFC 9457 has it, with
// the stable code and the numbers of its sentence beside the words.
type ProblemDocument struct {
	Type   string         `json:"type" example:"about:blank"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail" doc:"A sentence in English that says what to do."`
	Code   string         `json:"code" doc:"Stable; pages translate by it."`
	Params map[string]any `json:"params,omitempty" doc:"The numbers and words of the sentence."`
	Errors []Field        `json:"errors,omitempty"`
}

func (p *ProblemDocument) Error() string             { return p.Detail }
func (p *ProblemDocument) GetStatus() int            { return p.Status }
func (p *ProblemDocument) ContentType(string) string { return "application/problem+json" }

// Problem turns any error into the document that the user sees. What is not a
// fault is written whole to the log, and the user reads one neutral sentence.
func Problem(err error) *ProblemDocument {
	if p, ok := errors.AsType[*ProblemDocument](err); ok {
		return p
	}
	f := As(err)
	if f == nil {
		slog.Error("internal error", "error", err)
		f = New(Internal, "internal", "Something went wrong on our side; nothing was changed. Please try again.")
	}
	if f.Kind == Unavailable && error(f) != err { // its cause is for whoever runs the service
		slog.Error("not available", "code", f.Code, "error", err)
	}
	return &ProblemDocument{
		Type: "about:blank", Title: string(f.Kind), Status: Status(f.Kind),
		Detail: f.Message, Code: f.Code, Params: f.Params, Errors: f.Fields,
	}
}

// Refused is the problem document for a request that the HTTP layer itself
// turned away: a malformed or oversized body, a value of the wrong shape.
func Refused(status int, message string, errs ...error) *ProblemDocument {
	for _, err := range errs {
		if p, ok := errors.AsType[*ProblemDocument](err); ok {
			return p
		}
		if As(err) != nil {
			return Problem(err)
		}
	}
	p := &ProblemDocument{Type: "about:blank", Title: "invalid", Status: status, Detail: message, Code: refusedCode(status)}
	if sentence := refusedSentence[p.Code]; sentence != "" {
		p.Detail = sentence
	}
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			p.Errors = append(p.Errors, Field{d.Location, d.Message})
		}
	}
	return p
}

// refusedSentence says what to do, where the HTTP layer says only what was wrong.
var refusedSentence = map[string]string{
	"malformed":     "The request cannot be read: it must be one JSON document in UTF-8. Please load the page again.",
	"media_type":    "The request must be JSON, sent as application/json.",
	"invalid_input": "Please correct what is marked.",
	"too_large":     "The request is larger than what is taken at a time; please send less at once, or a smaller picture.",
}

func refusedCode(status int) string {
	switch status {
	case 400:
		return "malformed"
	case 404:
		return "not_found"
	case 405:
		return "method_not_allowed"
	case 408:
		return "too_slow"
	case 413:
		return "too_large"
	case 415:
		return "media_type"
	case 422:
		return "invalid_input"
	}
	return "internal"
}
