namespace Akka.Configuration.Hocon;

/// <summary>Splits HOCON text into tokens. This half asks what comes next; the other half takes it.</summary>
public partial class HoconTokenizer : Tokenizer
{
    private const string EndsUnquotedText = "$\"{}[]:=,#`^?!@*&\\";

    public HoconTokenizer(string text)
        : base(text)
    {
    }

    public bool IsArrayStart() => Matches("[");

    public bool IsArrayEnd() => Matches("]");

    public bool IsObjectStart() => Matches("{");

    public bool IsEndOfObject() => Matches("}");

    public bool IsComma() => Matches(",");

    public bool IsDot() => Matches(".");

    public bool IsAssignment() => Matches("=", ":");

    public bool IsSpaceOrTab() => Matches(" ", "\t");

    public bool IsStartOfComment() => Matches("#", "//");

    public bool IsStartOfQuotedText() => Matches("\"");

    public bool IsStartOfTripleQuotedText() => Matches("\"\"\"");

    public bool IsSubstitutionStart() => Matches("${");

    public bool IsWhitespace() => char.IsWhiteSpace(Peek());

    public bool IsWhitespaceOrComment() => IsWhitespace() || IsStartOfComment();

    public bool IsUnquotedKey() => !EoF && !IsStartOfComment() && Peek() != '.' && !EndsUnquotedText.Contains(Peek());

    public bool IsUnquotedKeyStart() => IsUnquotedKey() && !IsWhitespace();

    public bool IsStartSimpleValue() => IsSpaceOrTab() || IsUnquotedText();

    /// <summary>True at <c>include "something"</c>; the word alone is an ordinary key.</summary>
    public bool IsInclude()
    {
        if (!Matches(IncludeWord))
        {
            return false;
        }

        Push();
        try
        {
            Take(IncludeWord.Length);
            if (!IsWhitespaceOrComment())
            {
                return false;
            }

            PullWhitespaceAndComments();
            if (!IsStartOfQuotedText())
            {
                return false;
            }

            PullQuotedText();
            return true;
        }
        finally
        {
            Pop();
        }
    }

    internal bool IsValue() =>
        IsArrayStart() || IsObjectStart() || IsSubstitutionStart() || IsStartOfQuotedText() || IsUnquotedText();

    private bool IsUnquotedText() =>
        !EoF && !IsWhitespace() && !IsStartOfComment() && !EndsUnquotedText.Contains(Peek());
}
