// Package people knows who asks and what they may do.
//
// Documents: Account (a phone number or an e-mail address, its grants), Session,
// sign-in Code, Invitation, Notice. Roles are scoped: the leader of a building,
// the coordinator of a compound, a supplier, a courier, an operator. The package
// refuses what the actor's role does not cover; each document refuses the rest.
package people
