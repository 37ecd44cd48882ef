package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"baimi/app/fault"
	"baimi/app/people"
	"baimi/frontend"
)

func init() {
	huma.DefaultArrayNullable = false // people.JSON keeps the promise
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fault.Refused(status, message, errs...)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return fault.Refused(status, message, errs...)
	}
}

// newServer puts the domains' routes, the contract and the pages on one Fiber app.
func newServer(d *domains) (*fiber.App, huma.API) {
	config := d.config
	app := fiber.New(fiber.Config{
		Immutable: true, BodyLimit: config.Body, DisableStartupMessage: true,
		ErrorHandler: problemHandler, ReadTimeout: config.Deadline,
	})
	app.Use(recover.New(), logRequests, deadline(config.Deadline), secureHeaders)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		if err := d.conn.Ready(c.UserContext()); err != nil {
			return err
		}
		return c.SendString("ready")
	})
	router := newRouter(app, d)
	d.routes(router)
	app.Get("/api/docs", docsPage)
	app.Use("/api", func(c *fiber.Ctx) error {
		return fault.New(fault.NotFound, "no_such_route", "There is nothing at %s %s.", c.Method(), c.Path())
	})
	app.Use(compress.New(), pages(frontend.Files()))
	return app, router.API
}

// docsPage shows the contract with Swagger UI, which is built into the pages and
// needs no network beyond this service.
func docsPage(c *fiber.Ctx) error {
	c.Type("html")
	return c.SendString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Baimi 百米: the contract</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="contract"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: '/api/openapi.json', dom_id: '#contract', deepLinking: true, docExpansion: 'none'})</script></body></html>`)
}

func newRouter(app *fiber.App, d *domains) *people.Router {
	config := huma.DefaultConfig("Baimi 百米", version)
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath = "" // Huma's pages load their scripts from elsewhere; see docsPage
	config.SchemasPath = "/api/schemas"
	config.CreateHooks = nil
	config.Formats = map[string]huma.Format{"application/json": people.JSON, "json": people.JSON}
	config.Transformers = []huma.Transformer{inTheReadersLanguage}
	return &people.Router{API: humafiber.New(app, config), Life: d.life, Actor: d.people.Actor, Proxies: d.config.trusted}
}

// deadline gives every request a context that ends, which Fiber itself does not.
func deadline(limit time.Duration) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(c.UserContext(), limit)
		defer cancel()
		c.SetUserContext(ctx)
		return c.Next()
	}
}

func secureHeaders(c *fiber.Ctx) error {
	h := &c.Response().Header
	h.SetCanonical([]byte("X-Content-Type-Options"), []byte("nosniff"))
	h.SetCanonical([]byte("Referrer-Policy"), []byte("same-origin"))
	h.SetCanonical([]byte("X-Frame-Options"), []byte("DENY"))
	return c.Next()
}

// logRequests writes one line a request: the route's pattern, never the path,
// because a path may hold a door.
func logRequests(c *fiber.Ctx) error {
	start := time.Now()
	err := c.Next()
	if err != nil {
		err = problemHandler(c, err)
	}
	slog.Debug("request", "method", c.Method(), "route", c.Route().Path,
		"status", c.Response().StatusCode(), "micros", time.Since(start).Microseconds())
	return err
}

func problemHandler(c *fiber.Ctx, err error) error {
	var p *fault.ProblemDocument
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		p = fault.Refused(e.Code, e.Message)
		if p.Status == http.StatusRequestEntityTooLarge {
			hearOut(c)
		}
	} else {
		p = fault.Problem(err)
	}
	body, err := json.Marshal(translated(p, c.Get("Accept-Language")))
	if err != nil {
		return err
	}
	c.Status(p.Status).Set("Content-Type", p.ContentType(""))
	return c.Send(body)
}

// pages serves the built pages; every path that is not a file is the one page
// whose router knows the rest.
func pages(files fs.FS) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Method() != http.MethodGet && c.Method() != http.MethodHead {
			return fault.New(fault.NotFound, "no_such_route", "There is nothing at %s %s.", c.Method(), c.Path())
		}
		name := strings.TrimPrefix(path.Clean(c.Path()), "/")
		body, err := fs.ReadFile(files, name)
		if err != nil {
			name = "index.html"
			body, err = fs.ReadFile(files, name)
		}
		if err != nil {
			return c.Status(http.StatusServiceUnavailable).SendString("The pages are not built: run `make pages`, then start the service again. The API works at /api/docs.")
		}
		if strings.HasPrefix(name, "_app/immutable/") {
			c.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			c.Set("Cache-Control", "no-cache")
		}
		c.Type(path.Ext(name))
		if path.Ext(name) == ".webmanifest" { // which Fiber does not know
			c.Set("Content-Type", "application/manifest+json")
		}
		return c.Send(body)
	}
}
