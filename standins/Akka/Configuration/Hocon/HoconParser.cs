using System;
using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>Turns HOCON text into values. References are resolved within the document, once it is read.</summary>
public class Parser
{
    private readonly List<HoconSubstitution> _substitutions = [];
    private HoconTokenizer _reader;
    private Func<string, HoconRoot> _include;

    /// <param name="text">The document.</param>
    /// <param name="includeCallback">Supplies the document an <c>include "name"</c> asks for; null when none is expected.</param>
    /// <exception cref="FormatException">The text is malformed, or a reference leads nowhere or to itself.</exception>
    public static HoconRoot Parse(string text, Func<string, HoconRoot> includeCallback)
    {
        var parser = new Parser { _reader = new HoconTokenizer(text), _include = includeCallback };
        var root = new HoconValue();
        parser._reader.PullWhitespaceAndComments();
        parser.ParseObject(root, wholeBody: true, "");
        parser.Resolve(root.ToConfig());
        return new HoconRoot(root, parser._substitutions);
    }

    /// <summary>Reads the value that stands here, all its parts, and the comma after it.</summary>
    public void ParseValue(HoconValue owner, string currentPath)
    {
        if (_reader.EoF)
        {
            throw new Exception("End of file reached while trying to read a value");
        }

        _reader.PullWhitespaceAndComments();
        while (_reader.IsValue())
        {
            var token = _reader.PullValue();
            switch (token.Type)
            {
                case TokenType.LiteralValue:
                    if (owner.IsObject())
                    {
                        owner.Clear();
                    }

                    owner.AppendValue(new HoconLiteral { Value = token.Value });
                    break;
                case TokenType.ObjectStart:
                    ParseObject(owner, wholeBody: true, currentPath);
                    break;
                case TokenType.ArrayStart:
                    owner.AppendValue(ParseArray(currentPath));
                    break;
                case TokenType.Substitute:
                    var substitution = new HoconSubstitution(token.Value);
                    _substitutions.Add(substitution);
                    owner.AppendValue(substitution);
                    break;
                default:
                    throw new FormatException($"A value cannot hold {token.Type} ({currentPath}).");
            }

            // Blanks between two parts belong to the text they form together; the ends are trimmed on reading.
            if (_reader.IsSpaceOrTab())
            {
                owner.AppendValue(new HoconLiteral { Value = _reader.PullSpaceOrTab().Value });
            }
        }

        if (_reader.IsComma())
        {
            _reader.PullComma();
        }
    }

    /// <summary>Reads the items of a list and its closing bracket; the opening one has been read.</summary>
    public HoconArray ParseArray(string currentPath)
    {
        var array = new HoconArray();
        while (!_reader.EoF && !_reader.IsArrayEnd())
        {
            var before = _reader.Position;
            var item = new HoconValue();
            ParseValue(item, currentPath);
            array.Add(item);
            _reader.PullWhitespaceAndComments();
            if (_reader.Position == before)
            {
                throw new FormatException($"Unexpected '{_reader.Peek()}' in the array {currentPath} at position {before}.");
            }
        }

        _reader.PullArrayEnd();
        return array;
    }

    /// <summary>Reads keys into the owner's object: all up to the closing bracket, or (in <c>a.b = 1</c>) only the next.</summary>
    private void ParseObject(HoconValue owner, bool wholeBody, string path)
    {
        if (!owner.IsObject())
        {
            owner.NewValue(new HoconObject());
        }

        var body = owner.GetObject();
        while (!_reader.EoF)
        {
            var token = _reader.PullNext();
            switch (token.Type)
            {
                case TokenType.Include:
                    Include(body, token.Value, path);
                    break;
                case TokenType.Key:
                    ParseAfterKey(body.GetOrCreateKey(token.Value), path.Length == 0 ? token.Value : $"{path}.{token.Value}");
                    if (!wholeBody)
                    {
                        return;
                    }

                    break;
                case TokenType.ObjectEnd:
                    return;
                default:
                    // Stray brackets and assignments between keys are passed over.
                    break;
            }
        }
    }

    private void ParseAfterKey(HoconValue value, string path)
    {
        while (!_reader.EoF)
        {
            switch (_reader.PullNext().Type)
            {
                case TokenType.Dot:
                    ParseObject(value, wholeBody: false, path);
                    return;
                case TokenType.ObjectStart:
                    ParseObject(value, wholeBody: true, path);
                    return;
                case TokenType.Assign:
                    // An object stays, to be merged with the one that may follow.
                    if (!value.IsObject())
                    {
                        value.Clear();
                    }

                    ParseValue(value, path);
                    return;
                default:
                    break;
            }
        }
    }

    private void Include(HoconObject body, string name, string path)
    {
        var included = _include(name);
        foreach (var substitution in included.Substitutions)
        {
            substitution.Path = $"{path}.{substitution.Path}";
            _substitutions.Add(substitution);
        }

        body.Merge(included.Value.GetObject());
    }

    private void Resolve(Config document)
    {
        foreach (var substitution in _substitutions)
        {
            substitution.ResolvedValue = document.GetValue(substitution.Path)
                ?? throw new FormatException($"Unresolved substitution: {substitution.Path}");
        }

        var done = new HashSet<HoconValue>(ReferenceEqualityComparer.Instance);
        foreach (var substitution in _substitutions)
        {
            RefuseCycle(substitution.ResolvedValue, [], done, substitution.Path);
        }
    }

    /// <summary>A value that is part of itself would make every later read recurse without end.</summary>
    private static void RefuseCycle(HoconValue value, HashSet<HoconValue> open, HashSet<HoconValue> done, string path)
    {
        if (done.Contains(value))
        {
            return;
        }

        if (!open.Add(value))
        {
            throw new FormatException($"The substitution refers to itself: {path}");
        }

        foreach (var element in value.Values)
        {
            if (element is HoconSubstitution { ResolvedValue: { } next } inner)
            {
                RefuseCycle(next, open, done, inner.Path);
            }
        }

        open.Remove(value);
        done.Add(value);
    }
}
