// Command baimi is the whole of Baimi in one program.
package main

func main() {}
