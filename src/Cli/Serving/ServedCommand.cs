using System.Text.Json;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>Shows a command of the server until its end: its output on this process's output, its exit as this process's.</summary>
internal static class ServedCommand
{
    /// <summary>Passes output on until the last frame.</summary>
    /// <param name="server">The connection, after the request.</param>
    /// <param name="silent">Whether output is not shown.</param>
    /// <param name="started">Called with the handle.</param>
    /// <returns>The refusal or the end; null if the server has shown what there is of a command that still runs.</returns>
    internal static IEvent? Follow(ServeClient server, bool silent, Action<string>? started = null)
    {
        var (output, error) = (StandardOutput.Open(isError: false), StandardOutput.Open(isError: true));
        var failed = false;
        while (true)
        {
            switch (server.Read(out var content))
            {
                case ServeKind.Started:
                    started?.Invoke(HandleOf(content));
                    break;
                case ServeKind.Output when content.Length > 0 && !silent && !failed:
                    try
                    {
                        (content[0] == (byte)OutputStream.Error ? error : output).Write(content[1..]);
                    }
                    catch (IOException)
                    {
                        // As in a pipeline, it ends the command; StandardOutput has kept the failure for the exit code.
                        failed = true;
                        server.Send(ServeKind.Signal, [0]);
                    }
                    break;
                case ServeKind.Gap when !silent:
                    Complaint.Write($"{ServeClient.Number(content)} bytes were not kept");
                    break;
                case ServeKind.Refused:
                    return ServeJson.Refused(Parse(content));
                case ServeKind.Closed:
                    return ServeJson.Closed(Parse(content));
                case ServeKind.Answer:
                    return null;
                case ServeKind.Failed:
                    throw new ServerRefusedException(ServeJson.Text(content));
            }
        }
    }

    internal static string HandleOf(ReadOnlySpan<byte> content) => Parse(content).GetProperty("handle").GetString()!;

    internal static JsonElement Parse(ReadOnlySpan<byte> content)
    {
        using var document = JsonDocument.Parse(content.ToArray());
        return document.RootElement.Clone();
    }
}
