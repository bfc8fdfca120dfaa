using System;
using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>A position in a text, with a stack of positions to return to.</summary>
public class Tokenizer
{
    private readonly string _text;
    private readonly Stack<int> _marks = new();
    private int _at;

    public Tokenizer(string text) => _text = text;

    public bool EoF => _at >= _text.Length;

    internal int Position => _at;

    public void Push() => _marks.Push(_at);

    public void Pop() => _at = _marks.Pop();

    public bool Matches(string pattern) => _text.AsSpan(_at).StartsWith(pattern, StringComparison.Ordinal);

    /// <summary>True when one of the patterns stands here and is not the very end of the text.</summary>
    /// <remarks>Unlike the other overload; a document may therefore not end in a bare <c>#</c> or <c>=</c>.</remarks>
    public bool Matches(params string[] patterns)
    {
        foreach (var pattern in patterns)
        {
            if (_at + pattern.Length < _text.Length && Matches(pattern))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next characters, or null (and no move) when there are fewer left.</summary>
    public string Take(int length)
    {
        if (_at + length > _text.Length)
        {
            return null;
        }

        _at += length;
        return _text[(_at - length).._at];
    }

    /// <summary>The next character; NUL at the end.</summary>
    public char Take() => EoF ? '\0' : _text[_at++];

    public char Peek() => EoF ? '\0' : _text[_at];

    public void PullWhitespace()
    {
        while (!EoF && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    /// <summary>The line of the current position with a caret below it, for an error message.</summary>
    protected string PickErrorLine(out int index)
    {
        index = _at;
        var newLine = Environment.NewLine;
        var start = _text.LastIndexOf(newLine, _at, StringComparison.Ordinal);
        start = start < 0 ? 0 : start + newLine.Length;
        var end = _text.IndexOf(newLine, _at, StringComparison.Ordinal);
        end = end < 0 ? _text.Length : end;
        // The position may be the line break itself, which lies before the start found above.
        var line = start < end ? _text[start..end] : "";
        var caret = _at >= start && _at < end ? new string(' ', _at - start) + '^' : "";
        return line + newLine + caret.PadRight(line.Length) + newLine;
    }
}
