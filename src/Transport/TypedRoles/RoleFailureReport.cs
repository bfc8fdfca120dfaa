using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Why a request of a typed role failed in its child.</summary>
internal enum RoleFailureKind : byte
{
    /// <summary>The handler threw.</summary>
    Threw,

    /// <summary>The request's bytes are not a message of the role.</summary>
    BadRequest,

    /// <summary>The answer cannot be serialised.</summary>
    BadAnswer,

    /// <summary>The answer is longer than a message may be.</summary>
    TooLong,

    /// <summary>It was cancelled.</summary>
    Cancelled,
}

/// <summary>An exception as it travels from the child: texts only, cut to a sensible length.</summary>
internal sealed record RoleFailureReport(RoleFailureKind Kind, string TypeName, string Message, string StackTrace, RoleFailureReport? Inner)
{
    private const int LongestMessage = 4096;
    private const int LongestStack = 16384;
    private const int DeepestInner = 8;

    internal static RoleFailureReport Of(RoleFailureKind kind, Exception e, int depth = 0) => new(
        kind, Cut(e.GetType().FullName ?? e.GetType().Name, LongestMessage), Cut(Text(static x => x.Message, e), LongestMessage), Cut(Text(static x => x.StackTrace, e), LongestStack),
        e.InnerException is { } inner && depth < DeepestInner ? Of(kind, inner, depth + 1) : null);

    internal ReadOnlyMemory<byte> ToBytes()
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        Write(ref writer);
        writer.Flush();
        return body.WrittenMemory;
    }

    /// <summary>Reads a report.</summary>
    /// <exception cref="RoleFormatException">It is malformed.</exception>
    internal static RoleFailureReport Read(in ReadOnlySequence<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            return Read(ref reader, 0);
        }
        catch (Exception e) when (e is MessagePackSerializationException or WireFormatException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new RoleFormatException($"The report of a failure is malformed: {e.Message}", e);
        }
    }

    private static RoleFailureReport Read(ref MessagePackReader reader, int depth)
    {
        if (depth > DeepestInner)
            throw new WireFormatException($"An exception has more than {DeepestInner} inner ones.");
        Wire.ReadArrayOf(ref reader, 5, nameof(RoleFailureReport));
        return new RoleFailureReport(
            (RoleFailureKind)Wire.ReadRange(ref reader, "RoleFailureReport.Kind", 0, (long)RoleFailureKind.Cancelled),
            Cut(Wire.ReadText(ref reader, "RoleFailureReport.TypeName"), LongestMessage),
            Cut(Wire.ReadText(ref reader, "RoleFailureReport.Message"), LongestMessage),
            Cut(Wire.ReadText(ref reader, "RoleFailureReport.StackTrace"), LongestStack),
            reader.TryReadNil() ? null : Read(ref reader, depth + 1));
    }

    private void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(5);
        writer.Write((byte)Kind);
        writer.Write(TypeName);
        writer.Write(Message);
        writer.Write(StackTrace);
        if (Inner is null)
            writer.WriteNil();
        else
            Inner.Write(ref writer);
    }

    // An embedder's exception may throw when it is asked for its message.
    private static string Text(Func<Exception, string?> part, Exception e)
    {
        try
        {
            return part(e) ?? "";
        }
        catch (Exception failed)
        {
            return $"(not readable: {failed.GetType().Name})";
        }
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most), " …");
}
