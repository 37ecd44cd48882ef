package fulfillment

import "baimi/app/people"

// Routes registers the package's operations.
func (f *Fulfillment) Routes(r *people.Router) {
	h := handlers{f}
	operator, gate := people.Only(people.Operator), people.Only(people.Coordinator)
	onTheWay := people.Only(people.Supplier, people.Coordinator)
	courier, runners := people.Only(people.Courier), people.Only(people.Courier, people.Coordinator)
	people.Route(r, operator, "POST /markets", "Run a market over an area.", h.begin)
	people.Route(r, operator, "GET /markets", "The markets, newest first.", h.markets)
	people.Route(r, operator, "GET /markets/{id}", "A market: its state, flows, value, bound, and who is unserved and why.", h.market)
	people.Route(r, operator, "POST /markets/{id}/what-if", "Solve a market again under other stock, rule or priorities, without carrying it out.", h.whatIf)
	people.Route(r, people.Only(people.Leader, people.Coordinator), "GET /group-buys/{id}/advice", "What would make a round cheaper, served, or easier to carry.", h.advice)
	people.Stream(r, operator, "GET /markets/{id}/progress", "The search, live.", h.progress)
	people.Route(r, operator, "GET /market-schedules", "How often markets run, and where.", h.schedules)
	people.Route(r, operator, "PUT /market-schedules/{id}", "Set how often a market runs, and where.", h.schedule)
	people.Route(r, operator, "DELETE /market-schedules/{id}", "Run this market no more.", h.unschedule)
	people.Route(r, onTheWay, "GET /deliveries", "The deliveries of a supplier or to a compound.", h.deliveries)
	people.Route(r, onTheWay, "GET /deliveries/{id}", "A delivery with its packing sheet.", h.delivery)
	people.Route(r, people.Only(people.Supplier), "POST /deliveries/{id}/confirm", "Confirm that the delivery will come.", h.confirm)
	people.Route(r, people.Only(people.Supplier), "POST /deliveries/{id}/dispatch", "Say that the delivery is on its way.", h.dispatch)
	people.Route(r, onTheWay, "POST /deliveries/{id}/refuse", "Say that the delivery will not come, or turn it away.", h.refuse)
	people.Route(r, gate, "PUT /deliveries/{id}/gate", "Let a delivery arrive at another gate of the compound.", h.redirect)
	people.Route(r, gate, "POST /deliveries/{id}/receipt", "Write down what arrived at the gate.", h.count)
	people.Route(r, gate, "POST /runs", "Split arrived deliveries into courier runs.", h.split)
	people.Route(r, gate, "POST /runs/plan", "Plan again what is offered and not locked, and what waits at the gate.", h.replan)
	people.Route(r, gate, "GET /shifts/{id}", "Who helps at a compound's gate, and what waits there.", h.shiftOf)
	people.Route(r, gate, "GET /compounds/{id}/volunteers", "The couriers by name, with what each has carried in four weeks.", h.volunteers)
	people.Route(r, gate, "GET /compounds/{id}/learned", "The times that couriers' hand-overs have shown, and what is planned with.", h.learned)
	people.Route(r, gate, "DELETE /compounds/{id}/learned", "Forget one of these times, and learn it anew.", h.forget)
	people.Route(r, gate, "PUT /runs/{id}/proposal", "Propose an offered run to a courier; anybody may still take it.", h.proposeTo)
	people.Route(r, gate, "PUT /compounds/{id}/lifts", "Say that a building's lift stands still, or works again; runs are planned again.", h.lift)
	people.Route(r, runners, "POST /runs/{id}/break-off", "End a run whose courier cannot go on: what is not handed over is planned again.", h.breakOff)
	people.Route(r, runners, "GET /runs", "The runs of a compound, or with mine=true my own.", h.runs)
	people.Route(r, runners, "GET /runs/{id}", "One run, door by door.", h.run)
	people.Route(r, courier, "POST /runs/{id}/accept", "Take an offered run.", h.accept)
	people.Route(r, runners, "POST /runs/{id}/give-back", "Offer the run to somebody else.", h.giveBack)
	people.Route(r, courier, "POST /runs/{id}/load", "Write down the units counted on board.", h.load)
	people.Route(r, courier, "POST /runs/{id}/leave", "Leave the gate.", h.leave)
	people.Route(r, courier, "POST /runs/{id}/handovers", "Write down how stops ended; may be sent late and twice.", h.hand)
	people.Route(r, runners, "POST /runs/{id}/undo", "Take a hand-over back.", h.undo)
	people.Route(r, courier, "POST /runs/{id}/return", "Be back at the gate.", h.back)
	people.Route(r, courier, "POST /runs/{id}/reveal", "Show a stop's phone number; written down.", h.reveal)
	people.Route(r, gate, "POST /runs/{id}/decide", "Decide on a parcel that came back or had an incident.", h.decide)
	people.Route(r, gate, "POST /runs/{id}/move", "Move a stop to another run.", h.move)
	people.Route(r, gate, "PUT /runs/{id}/lock", "Keep planning away from a run, or let it in.", h.lock)
}

type handlers struct{ *Fulfillment }

type none struct{}

type byID struct {
	ID string `path:"id" maxLength:"200"`
}
