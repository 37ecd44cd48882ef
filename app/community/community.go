// Package community knows where people live: compounds, their buildings, units
// and doors, and the household behind each door.
//
// Documents: Compound (with its buildings and gates inside, for they must agree
// with one another) and Household. Doors are not stored: they follow from a
// building's floors and doors per floor, so room 604 is floor 6, door 04 and room
// 1203 is floor 12, door 03; what does not follow is listed in Building.MoreRooms.
//
// A household's id is its address, A001/3/1-604: compound, building, unit and
// room. It is the one key by which orders, limits, runs and labels agree.
//
// Read turns what people write (12-301, 12号楼302, 十二号楼三零一室, 828弄7号402, Bldg 12
// Rm 301) into a door of the compound. It never guesses: what could be two doors,
// or none, comes back as candidates with the reason for the doubt. Compounds
// differ (弄/号/室, 栋/单元/室, blocks named A to F or by trees); what differs is
// data of the compound, not code.
//
// The package refuses compounds whose buildings share a number or an alias, and
// more than 400 buildings.
package community
