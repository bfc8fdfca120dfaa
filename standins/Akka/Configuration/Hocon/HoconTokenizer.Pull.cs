using System;
using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

public partial class HoconTokenizer
{
    private const string IncludeWord = "include";
    private const string TripleQuote = "\"\"\"";

    public void PullWhitespaceAndComments()
    {
        while (true)
        {
            PullWhitespace();
            if (!IsStartOfComment())
            {
                return;
            }

            PullComment();
        }
    }

    /// <summary>The text up to the next line feed, trimmed and without carriage returns.</summary>
    public string PullRestOfLine()
    {
        var line = new StringBuilder();
        while (!EoF && Take() is var c && c != '\n')
        {
            if (c != '\r')
            {
                line.Append(c);
            }
        }

        return line.ToString().Trim();
    }

    /// <summary>The next token where a key is expected.</summary>
    /// <exception cref="FormatException">Nothing known stands here.</exception>
    public Token PullNext()
    {
        PullWhitespaceAndComments();
        switch (Peek())
        {
            case var _ when EoF:
                return new Token(TokenType.EoF);
            case '.':
                return PullDot();
            case '{':
                return PullStartOfObject();
            case '}':
                return PullEndOfObject();
            case '"':
                return PullQuotedKey();
            case '[':
                return PullArrayStart();
            case ']':
                return PullArrayEnd();
            case '=' or ':' when IsAssignment():
                return PullAssignment();
            case var _ when IsInclude():
                return PullInclude();
            case var _ when IsUnquotedKeyStart():
                return PullUnquotedKey();
            default:
                var line = PickErrorLine(out var index);
                throw new FormatException($"Unknown token at position {index}: \n{line}");
        }
    }

    /// <summary>The next token where a value is expected.</summary>
    /// <exception cref="FormatException">No value stands here.</exception>
    public Token PullValue()
    {
        if (IsObjectStart())
        {
            return PullStartOfObject();
        }

        if (IsStartOfTripleQuotedText())
        {
            return PullTripleQuotedText();
        }

        if (IsStartOfQuotedText())
        {
            return PullQuotedText();
        }

        if (IsUnquotedText())
        {
            return PullUnquotedText();
        }

        if (IsArrayStart())
        {
            return PullArrayStart();
        }

        if (IsArrayEnd())
        {
            return PullArrayEnd();
        }

        return IsSubstitutionStart()
            ? PullSubstitution()
            : throw new FormatException(
                "Expected value: Null literal, Array, Quoted Text, Unquoted Text, Triple quoted Text, Object or End of array");
    }

    public Token PullArrayStart() => TakeAs(TokenType.ArrayStart);

    public Token PullArrayEnd() => TakeAs(TokenType.ArrayEnd);

    public Token PullStartOfObject() => TakeAs(TokenType.ObjectStart);

    public Token PullEndOfObject() => TakeAs(TokenType.ObjectEnd);

    public Token PullDot() => TakeAs(TokenType.Dot);

    public Token PullComma() => TakeAs(TokenType.Comma);

    public Token PullAssignment() => TakeAs(TokenType.Assign);

    public Token PullComment()
    {
        PullRestOfLine();
        return new Token(TokenType.Comment);
    }

    public Token PullInclude()
    {
        Take(IncludeWord.Length);
        PullWhitespaceAndComments();
        return Token.Include(PullQuotedText().Value);
    }

    public Token PullUnquotedKey() => Token.Key(TakeWhile(IsUnquotedKey).Trim());

    public Token PullQuotedKey() => Token.Key(TakeQuoted());

    public Token PullQuotedText() => Token.LiteralValue(TakeQuoted());

    public Token PullTripleQuotedText()
    {
        Take(TripleQuote.Length);
        var text = TakeWhile(() => !EoF && !IsStartOfTripleQuotedText());
        Take(TripleQuote.Length);
        return Token.LiteralValue(text);
    }

    public Token PullSubstitution()
    {
        Take("${".Length);
        var path = TakeWhile(IsUnquotedText);
        if (path.Length == 0)
        {
            // The real parser takes this for a reference to the whole document, which then contains itself.
            throw new FormatException($"A substitution needs a path, and there are no optional ones (position {Position}).");
        }

        Take();
        return Token.Substitution(path);
    }

    public Token PullSpaceOrTab() => Token.LiteralValue(TakeWhile(IsSpaceOrTab));

    public Token PullSimpleValue() =>
        IsSpaceOrTab() ? PullSpaceOrTab()
        : IsUnquotedText() ? PullUnquotedText()
        : throw new FormatException("No simple value found");

    private Token PullUnquotedText()
    {
        var text = TakeWhile(IsUnquotedText);
        return IsAssignment()
            ? throw new ConfigurationException(
                $"The unquoted text \"{text}\" is followed by the assignment character '{Peek()}'. "
                + "Put an object in curly brackets, and a URI or other text with '=' or ':' in double quotes.")
            : Token.LiteralValue(text);
    }

    private Token TakeAs(TokenType type)
    {
        Take();
        return new Token(type);
    }

    private string TakeWhile(Func<bool> more)
    {
        var text = new StringBuilder();
        while (more())
        {
            text.Append(Take());
        }

        return text.ToString();
    }

    private string TakeQuoted()
    {
        Take();
        var text = new StringBuilder();
        while (!EoF && Peek() != '"')
        {
            var c = Take();
            text.Append(c == '\\' ? TakeEscape() : c);
        }

        Take();
        return text.ToString();
    }

    private char TakeEscape() => Take() switch
    {
        '"' => '"',
        '\\' => '\\',
        '/' => '/',
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => (char)ushort.Parse(Take(4) ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        var other => throw new FormatException($"Unknown escape code: {other}"),
    };
}
