using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → renderer: run a script in the live document.</summary>
/// <param name="Code">The script.</param>
/// <param name="Milliseconds">How long it may take, promises included.</param>
/// <param name="MaxBytes">The most memory that it may allocate, in bytes.</param>
internal readonly record struct EvaluateScript(string Code, int Milliseconds, long MaxBytes) : IWireMessage<EvaluateScript>
{
    /// <summary>The longest script, in characters: with four bytes each it fits a frame.</summary>
    public const int LongestCode = 192 << 10;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.EvaluateScript;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(Code);
        writer.Write(Milliseconds);
        writer.Write(MaxBytes);
    }

    /// <inheritdoc/>
    public static EvaluateScript Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(EvaluateScript));
        return new EvaluateScript(
            Wire.ReadText(ref reader, "EvaluateScript.Code"),
            (int)Wire.ReadRange(ref reader, "EvaluateScript.Milliseconds", 1, int.MaxValue),
            Wire.ReadRange(ref reader, "EvaluateScript.MaxBytes", 1, long.MaxValue));
    }
}

/// <summary>Renderer → parent: the value of an EvaluateScript.</summary>
/// <param name="Json">The value as JSON.</param>
internal readonly record struct ScriptAnswer(string Json) : IWireMessage<ScriptAnswer>
{
    /// <summary>The longest answer, in bytes of UTF-8: it fits a frame.</summary>
    public const int LongestJson = 512 << 10;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.ScriptAnswer;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Json);
    }

    /// <inheritdoc/>
    public static ScriptAnswer Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(ScriptAnswer));
        return new ScriptAnswer(Wire.ReadText(ref reader, "ScriptAnswer.Json"));
    }
}

/// <summary>Why a script has no value.</summary>
public enum ScriptFailure
{
    /// <summary>It threw, or it is not valid JavaScript.</summary>
    Failed = 0,

    /// <summary>It took longer than allowed, or waits for a promise that nothing will settle.</summary>
    TimedOut = 1,

    /// <summary>It allocated more memory than allowed.</summary>
    OutOfMemory = 2,

    /// <summary>It recursed deeper than allowed, and did not catch the error.</summary>
    TooDeep = 3,

    /// <summary>Its value is longer than an answer may be.</summary>
    AnswerTooLarge = 4,

    /// <summary>Its value has no JSON, such as one that contains itself.</summary>
    NoJson = 5,

    /// <summary>There is no page.</summary>
    NoDocument = 6,

    /// <summary>The renderer was lost.</summary>
    RendererLost = 7,

    /// <summary>The script was refused before it ran, such as one that is too long.</summary>
    Invalid = 8,
}

/// <summary>Renderer → parent: an EvaluateScript has no value. The page is still usable.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">The error's message.</param>
/// <param name="Line">Where it was thrown, from 1; 0 if unknown.</param>
/// <param name="Column">Where in the line, from 1; 0 if unknown.</param>
internal readonly record struct ScriptFailed(ScriptFailure Kind, string Message, int Line, int Column) : IWireMessage<ScriptFailed>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.ScriptFailed;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(4);
        writer.Write((int)Kind);
        writer.Write(Message);
        writer.Write(Line);
        writer.Write(Column);
    }

    /// <inheritdoc/>
    public static ScriptFailed Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 4, nameof(ScriptFailed));
        return new ScriptFailed(
            (ScriptFailure)Wire.ReadRange(ref reader, "ScriptFailed.Kind", 0, (int)ScriptFailure.NoDocument),
            Wire.ReadText(ref reader, "ScriptFailed.Message"),
            (int)Wire.ReadRange(ref reader, "ScriptFailed.Line", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "ScriptFailed.Column", 0, int.MaxValue));
    }
}
