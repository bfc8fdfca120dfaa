using System.Text.RegularExpressions;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>The body of a form that is sent with POST: bytes from the renderer, and files that the tab's owner has given to the page.</summary>
internal sealed partial class FormPost
{
    /// <summary>A body without files up to this length is sent from memory; others are read while they are sent.</summary>
    private const int LongestInMemory = 256 << 10;

    private readonly FormSegment[] _segments;

    private FormPost(string contentType, FormSegment[] segments) => (ContentType, _segments, Length) = (contentType, segments, segments.Sum(static segment => segment.Length));

    internal string ContentType { get; }

    internal long Length { get; }

    /// <summary>Checks a body that a renderer describes.</summary>
    /// <param name="contentType">Its type.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="files">The files that the page was given.</param>
    /// <param name="problem">Why a renderer that describes it is not honest.</param>
    /// <returns>Null for a body that no form sends.</returns>
    internal static FormPost? TryCreate(string contentType, IReadOnlyList<BodyPart> parts, IReadOnlyList<UploadFile> files, out string problem)
    {
        problem = "";
        if (contentType is not ("application/x-www-form-urlencoded" or "text/plain") && !Multipart().IsMatch(contentType))
        {
            problem = "A renderer described a form's body of a type that no form has.";
            return null;
        }
        var segments = new FormSegment[parts.Count];
        for (var i = 0; i < segments.Length; i++)
        {
            var (data, file) = parts[i];
            if (file >= files.Count || (file >= 0 && !data.IsEmpty))
            {
                problem = $"A renderer named file {file}, which its page was not given.";
                return null;
            }
            segments[i] = file < 0 ? new FormSegment(data, null) : new FormSegment(default, files[file]);
        }
        return new FormPost(contentType, segments);
    }

    /// <summary>The body for one request: bytes, or a source that is read while it is sent.</summary>
    internal (ReadOnlyMemory<byte>? Bytes, FetchBody? Source) Body()
    {
        if (Length > LongestInMemory || Array.Exists(_segments, static segment => segment.File is not null))
            return (null, FetchBody.From(() => new FormStream(_segments, Length), Length));
        var bytes = new byte[Length];
        var at = 0;
        foreach (var segment in _segments)
        {
            segment.Data.CopyTo(bytes.AsMemory(at));
            at += segment.Data.Length;
        }
        return (bytes, null);
    }

    [GeneratedRegex(@"\Amultipart/form-data; boundary=[A-Za-z0-9-]{1,70}\z")]
    private static partial Regex Multipart();
}

/// <summary>A piece of a form's body: bytes, or a file.</summary>
internal readonly record struct FormSegment(ReadOnlyMemory<byte> Data, UploadFile? File)
{
    internal long Length => File?.Length ?? Data.Length;
}
