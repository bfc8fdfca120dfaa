using System.Text;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Transport;

namespace BrowserRole;

/// <summary>Counts the words of texts that nobody has checked. Its object exists in a confined child process, and only there.</summary>
public sealed class WordCounter : IChildRole
{
    public const string Name = "word-counter";

    /// <summary>The kind of a question, whose payload is a text in UTF-8, and of its answer, a number of four bytes.</summary>
    public const ushort Count = 1;

    private ChildContext _context = null!;

    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) => _context = context;

    // An exception here ends the process; the asker gets ChildLostException with its last lines of stderr.
    public void OnMessage(ulong id, RoleMessage question)
    {
        var words = Encoding.UTF8.GetString(question.Payload.Span).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        _context.Write(id, new RoleMessage(Count, BitConverter.GetBytes(words.Length)));
    }
}
