package config

// badSyntax is what no JSON reader should let pass.
var badSyntax = []bad{
	{"a comment", `"mtu": 1400`, "// honest\n          \"mtu\": 1400", []string{
		`f:13:11: JSON has no comments; expected the comment left out`,
	}},
	{"a hash comment", `"mtu": 1400`, "# honest\n          \"mtu\": 1400", []string{
		`f:13:11: JSON has no comments; expected the comment left out`,
	}},
	{"trailing comma", `"burst": 50`, `"burst": 50,`, []string{
		`f:19:51: a comma before the closing bracket; expected no comma after the last of a list`,
	}},
	{"trailing comma in an array", `"kind": "prohibit" }`, `"kind": "prohibit" },`, []string{
		`f:18:107: a comma before the closing bracket; expected no comma after the last of a list`,
	}},
	{"no comma", `"mtu": 1400,`, `"mtu": 1400`, []string{
		`f:14:11: invalid character '"' after object value; expected ',' or '}'`,
	}},
	{"no colon", `"mtu": 1400,`, `"mtu" 1400,`, []string{
		`f:13:17: invalid character '1' after object name; expected ':'`,
	}},
	{"single quotes", `"mtu": 1400,`, `'mtu': 1400,`, []string{
		`f:13:11: a string in '; expected strings in "double quotes"`,
	}},
	{"key without quotes", `"mtu": 1400,`, `mtu: 1400,`, []string{
		`f:13:11: 'm' where a key should be; expected a key in "double quotes"`,
	}},
	{"not a value", `"mtu": 1400,`, `"mtu": many,`, []string{
		`f:13:18: invalid character 'm' at start of value`,
	}},
	{"octal", `"mtu": 1400,`, `"mtu": 0x578,`, []string{
		`f:13:19: invalid character 'x' after object value; expected ',' or '}'`,
	}},
	{"line break in a string", `"server"`, "\"ser\nver\"", []string{
		`f:14:33: invalid character '\n' in string; expected non-control character`,
	}},
	{"bad UTF-8", `"server"`, "\"ser\xffver\"", []string{
		`f:14:33: invalid UTF-8`,
	}},
	{"wrong bracket", `"burst": 50 }`, `"burst": 50 ]`, []string{
		`f:19:52: invalid character ']' after object value; expected ',' or '}'`,
	}},
	{"the file ends", ``, "{\"nodes\": {\n", []string{
		`f:2:1: the file ends too early; expected one whole JSON object`,
	}},
	{"the string ends", ``, `{"nodes`, []string{
		`f:1:8: the file ends too early; expected one whole JSON object`,
	}},
	{"nothing", ``, ``, []string{
		`f:1:1: the file ends too early; expected one whole JSON object`,
	}},
	{"more after the object", ``, "{\"nodes\": {\"a\": {}}}\n\n {}", []string{
		`f:3:2: the text goes on after its object; expected one object and nothing after it`,
	}},
	{"a bracket after the object", ``, "{}\n }", []string{
		`f:2:2: the text goes on after its object; expected one object and nothing after it`,
	}},
	{"a comment after the object", ``, "{}\n// the end", []string{
		`f:2:1: JSON has no comments; expected the comment left out`,
	}},
	{"too deep", ``, `{"nodes": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[`, []string{
		`f:1:42: arrays and objects nest deeper than 32`,
	}},
	{"byte order mark", ``, "\ufeff{\"nodes\": {}}", []string{
		`f:1:1: the file begins with a byte order mark; expected UTF-8 without it`,
		`f:1:11: nodes: nothing in it; expected at least 1`,
	}},
	{"UTF-16", ``, "\xff\xfe{\x00", []string{
		`f:1:1: the file is UTF-16; expected UTF-8 without a byte order mark`,
	}},
}
