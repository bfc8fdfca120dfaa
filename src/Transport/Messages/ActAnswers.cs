using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>What an action has led to.</summary>
internal enum ActOutcome
{
    /// <summary>Pieces of a request's body; more frames follow.</summary>
    More = 0,

    /// <summary>At most the document has changed.</summary>
    Done = 1,

    /// <summary>The page navigates.</summary>
    Navigate = 2,

    /// <summary>The action was not done.</summary>
    Failed = 3,
}

/// <summary>A piece of a request's body: bytes, or a file that the page was given.</summary>
/// <param name="Data">The bytes; empty for a file.</param>
/// <param name="File">The file's index; −1 for bytes.</param>
internal readonly record struct BodyPart(ReadOnlyMemory<byte> Data, int File);

/// <summary>Renderer → parent: the answer to ActOnPage. The body of a long request comes in several frames; the last says what it is for.</summary>
/// <param name="Outcome">What the action has led to.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Message">One sentence on the failure.</param>
/// <param name="Field">The name of the field that the failure is about.</param>
/// <param name="IsPost">Whether the navigation is a POST.</param>
/// <param name="Url">The absolute URL to navigate to.</param>
/// <param name="ContentType">The body's type.</param>
/// <param name="IsReferrerHidden">Whether the link or form asks for no Referer.</param>
/// <param name="DownloadName">The file name that a link suggests for a download; empty if the answer is shown as its type says.</param>
/// <param name="IsDownload">Whether the link asks for a download.</param>
/// <param name="Parts">Pieces of the body, in order.</param>
internal readonly record struct ActDone(
    ActOutcome Outcome, ActFailure Failure, string Message, string Field, bool IsPost, string Url, string ContentType, bool IsReferrerHidden, bool IsDownload, string DownloadName,
    IReadOnlyList<BodyPart> Parts) : IWireMessage<ActDone>
{
    /// <summary>The most pieces in one frame.</summary>
    public const int MostParts = 4096;

    /// <summary>The most bytes of one frame's pieces together.</summary>
    public const int MostBytes = 256 << 10;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.ActDone;

    /// <summary>The document may have changed, and no more.</summary>
    internal static ActDone Changed { get; } = new(ActOutcome.Done, default, "", "", false, "", "", false, false, "", []);

    /// <summary>The action was not done.</summary>
    internal static ActDone Failed(ActFailure kind, string message, string field) => Changed with { Outcome = ActOutcome.Failed, Failure = kind, Message = message, Field = field };

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(11);
        writer.Write((int)Outcome);
        writer.Write((int)Failure);
        writer.Write(Message);
        writer.Write(Field);
        writer.Write(IsPost);
        writer.Write(Url);
        writer.Write(ContentType);
        writer.Write(IsReferrerHidden);
        writer.Write(IsDownload);
        writer.Write(DownloadName);
        writer.WriteArrayHeader(Parts.Count * 2);
        for (var i = 0; i < Parts.Count; i++)
        {
            writer.Write(Parts[i].Data.Span);
            writer.Write(Parts[i].File);
        }
    }

    /// <inheritdoc/>
    public static ActDone Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 11, nameof(ActDone));
        var outcome = (ActOutcome)Wire.ReadRange(ref reader, "ActDone.Outcome", 0, (int)ActOutcome.Failed);
        var failure = (ActFailure)Wire.ReadRange(ref reader, "ActDone.Failure", 0, (int)ActFailure.TooLarge);
        var message = Wire.ReadText(ref reader, "ActDone.Message");
        var field = Wire.ReadText(ref reader, "ActDone.Field");
        var isPost = reader.ReadBoolean();
        var url = Wire.ReadText(ref reader, "ActDone.Url");
        var contentType = Wire.ReadText(ref reader, "ActDone.ContentType");
        var isReferrerHidden = reader.ReadBoolean();
        var isDownload = reader.ReadBoolean();
        var downloadName = Wire.ReadText(ref reader, "ActDone.DownloadName");
        var values = Wire.ReadCount(ref reader, "ActDone.Parts", MostParts * 2);
        if (values % 2 != 0)
            throw new WireFormatException("ActDone.Parts has bytes without a file's index.");
        var parts = values == 0 ? [] : new BodyPart[values / 2];
        for (var i = 0; i < parts.Length; i++)
        {
            // The receive buffer is used again, so the bytes are copied.
            var data = Wire.ReadPayload(ref reader, "ActDone.Parts");
            parts[i] = new BodyPart(data.ToArray(), (int)Wire.ReadRange(ref reader, "ActDone.Parts", -1, ActOnPage.MostFiles - 1));
        }
        return new ActDone(outcome, failure, message, field, isPost, url, contentType, isReferrerHidden, isDownload, downloadName, parts);
    }
}
