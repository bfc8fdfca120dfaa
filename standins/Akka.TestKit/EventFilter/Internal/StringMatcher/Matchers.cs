using System;
using System.Text.RegularExpressions;
using Akka.Actor;

namespace Akka.TestKit.Internal.StringMatcher;

/// <summary>A condition on a text. Its own text says what it demands.</summary>
public interface IStringMatcher
{
    bool IsMatch(string s);
}

public class MatchesAll : IStringMatcher
{
    private MatchesAll()
    {
    }

    public static IStringMatcher Instance { get; } = new MatchesAll();

    public bool IsMatch(string s) => true;

    public override string ToString() => "";
}

public class EqualsString : IStringMatcher
{
    private readonly string _text;

    public EqualsString(string s) => _text = s;

    public bool IsMatch(string s) => string.Equals(_text, s, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => $"== \"{_text}\"";
}

public class StartsWithString : IStringMatcher
{
    private readonly string _start;

    public StartsWithString(string start) => _start = start;

    public bool IsMatch(string s) => s.StartsWith(_start, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => $"starts with \"{_start}\"";
}

public class ContainsString : IStringMatcher
{
    private readonly string _part;

    public ContainsString(string part) => _part = part;

    public bool IsMatch(string s) => s.Contains(_part, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => $"contains \"{_part}\"";
}

public class RegexMatcher : IStringMatcher
{
    private readonly Regex _regex;

    public RegexMatcher(Regex regex) => _regex = regex;

    public bool IsMatch(string s) => _regex.IsMatch(s);

    public override string ToString() => $"matches regex \"{_regex}\"";
}

public class PredicateMatcher : IStringMatcher
{
    private readonly Predicate<string> _predicate;
    private readonly string _hint;

    public PredicateMatcher(Predicate<string> predicate, string hint = "")
    {
        _predicate = predicate;
        _hint = hint;
    }

    public bool IsMatch(string s) => _predicate(s);

    public override string ToString() => $"matches predicate {_hint}";
}

/// <summary>The whole text, or an actor path that is it but for the address.</summary>
public class EqualsStringAndPathMatcher : IStringMatcher
{
    private readonly string _path;
    private readonly bool _canBeRelative;

    public EqualsStringAndPathMatcher(string path, bool canBeRelative = true)
    {
        _path = path;
        _canBeRelative = canBeRelative;
    }

    public bool IsMatch(string path) =>
        string.Equals(_path, path, StringComparison.OrdinalIgnoreCase)
        || (_canBeRelative
            && ActorPath.TryParse(path, out var parsed)
            && string.Equals(_path, parsed.ToStringWithoutAddress(), StringComparison.OrdinalIgnoreCase));

    public override string ToString() => $"== \"{_path}\"";
}
