package main

import (
	"context"
	"strings"
	"testing"

	"baimi/app/people"
)

func TestAnEmptyStoreBecomesADemoOnce(t *testing.T) {
	w := newTown(t)
	w.config.Listen = "127.0.0.1:8080"
	w.domains.config = w.config
	w.domains.config.Demo = "auto"
	ctx := context.Background()
	for range 2 {
		if err := w.prepare(ctx); err != nil {
			t.Fatal(err)
		}
	}
	c, err := w.community.Compound(ctx, demoCompound)
	if err != nil {
		t.Fatal(err)
	}
	doors := 0
	for i := range c.Buildings {
		for range c.Buildings[i].Doors() {
			doors++
		}
	}
	if len(c.Buildings) != 22 || doors != 1650 || !c.Demo {
		t.Fatalf("%d buildings, %d doors, demo %v", len(c.Buildings), doors, c.Demo)
	}
	var deployment struct {
		Demo    bool         `json:"demo"`
		SignIns []DemoSignIn `json:"sign_ins"`
	}
	w.stranger().get("/deployment").want(200).into(&deployment)
	if !deployment.Demo || len(deployment.SignIns) != 6 {
		t.Fatalf("%+v", deployment)
	}
	for _, s := range deployment.SignIns {
		v := w.signIn(s.Contact)
		if w.outbox.code(s.Contact) != s.Code {
			t.Errorf("%s: the code that is shown is not the one that was sent", s.Contact)
		}
		var me people.Me
		v.get("/me").want(200).into(&me)
		if len(me.Grants) != 1 || me.Grants[0].Role != s.Role {
			t.Errorf("%s: %+v", s.Contact, me.Grants)
		}
	}
}

func TestADemoIsOnlyWhereItIsWanted(t *testing.T) {
	for _, row := range []struct {
		demo, listen string
		want         bool
	}{
		{"auto", "127.0.0.1:8080", true},
		{"auto", "[::1]:8080", true},
		{"auto", "localhost:8080", true},
		{"auto", "0.0.0.0:8080", false},
		{"auto", ":8080", false},
		{"on", "0.0.0.0:8080", true},
		{"off", "127.0.0.1:8080", false},
	} {
		if got := (Config{Demo: row.demo, Listen: row.listen}).wantsDemo(); got != row.want {
			t.Errorf("demo %s on %s: %v", row.demo, row.listen, got)
		}
	}
	w := newTown(t)
	w.domains.config.Demo = "off"
	if err := w.prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	if reply := w.stranger().get("/deployment").want(200); !strings.Contains(string(reply.raw), `"demo":false,"sign_ins":[]`) {
		t.Fatal(string(reply.raw))
	}
	if all, err := w.community.Compounds(context.Background()); err != nil || len(all) != 0 {
		t.Fatal(all, err)
	}
}
