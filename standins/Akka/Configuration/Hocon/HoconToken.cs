namespace Akka.Configuration.Hocon;

/// <summary>What a <see cref="Token"/> is.</summary>
public enum TokenType
{
    Comment,
    Key,
    LiteralValue,
    Assign,
    ObjectStart,
    ObjectEnd,
    Dot,
    EoF,
    ArrayStart,
    ArrayEnd,
    Comma,
    Substitute,
    Include,
}

/// <summary>One lexical unit of a document.</summary>
public class Token
{
    protected Token()
    {
    }

    public Token(TokenType type) => Type = type;

    public Token(string value)
        : this(TokenType.LiteralValue) => Value = value;

    public string Value { get; set; }

    public TokenType Type { get; set; }

    public static Token Key(string key) => new(TokenType.Key) { Value = key };

    public static Token Substitution(string path) => new(TokenType.Substitute) { Value = path };

    public static Token LiteralValue(string value) => new(TokenType.LiteralValue) { Value = value };

    internal static Token Include(string path) => new(TokenType.Include) { Value = path };
}
