// Package cmd turns the flags of aiworker into a configuration and calls the packages that do the work.
package cmd
