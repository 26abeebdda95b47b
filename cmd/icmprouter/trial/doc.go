// Package trial puts a program into a scenario: a network without its fault and then one with
// it, each in a lab of its own, and says what became of the program. Linux alone has this.
package trial
