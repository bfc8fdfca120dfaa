using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>The JSON in frames. What a client sends is checked: anything may connect as this user.</summary>
internal static class ServeJson
{
    internal static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>A request's JSON: the build, what is wanted, and its members.</summary>
    internal static byte[] Request(string verb, Action<Utf8JsonWriter> members) => Write(json =>
    {
        json.WriteString("build", WireProtocol.BuildId.ToString("N"));
        json.WriteString("verb", verb);
        members(json);
    });

    internal static byte[] Started(string handle, int process) => Write(json =>
    {
        json.WriteString("handle", handle);
        json.WriteNumber("pid", process);
    });

    internal static byte[] Refused(SpawnRefused refused) => Write(json =>
    {
        json.WriteNumber("kind", (int)refused.Kind);
        json.WriteNumber("errno", refused.Errno);
        json.WriteString("message", refused.Message);
    });

    internal static SpawnRefused Refused(JsonElement json) => new((SpawnFailure)json.GetProperty("kind").GetInt32(), json.GetProperty("errno").GetInt32(), json.GetProperty("message").GetString()!);

    internal static byte[] Closed(CommandClosed closed) => Write(json =>
    {
        var exit = closed.Exit;
        json.WriteString("handle", closed.Handle);
        if (exit.ExitCode is { } code)
            json.WriteNumber("code", code);
        if (exit.Signal is { } signal)
            json.WriteNumber("signal", signal);
        json.WriteBoolean("core", exit.CoreDumped);
        json.WriteNumber("cause", (int)exit.Cause);
        json.WriteNumber("user", exit.UserTime.Ticks);
        json.WriteNumber("system", exit.SystemTime.Ticks);
        json.WriteNumber("memory", exit.PeakMemory);
        json.WriteNumber("wall", exit.WallTime.Ticks);
        json.WriteString("ended", exit.EndedAt);
        if (exit.Blocked is { } blocked)
            json.WriteString("blocked", blocked);
        json.WriteBoolean("told", exit.IsBlockedTold);
        WriteTexts(json, "appeared", exit.Appeared);
        if (exit.Confinement is { } confinement)
        {
            WriteTexts(json, "layers", confinement.Layers);
            WriteTexts(json, "missing", confinement.Missing);
        }
        json.WriteNumber("output", closed.OutputBytes);
        json.WriteNumber("error", closed.ErrorBytes);
        json.WriteNumber("survivors", closed.Survivors);
    });

    internal static CommandClosed Closed(JsonElement json)
    {
        TimeSpan Time(string name) => TimeSpan.FromTicks(json.GetProperty(name).GetInt64());
        int? Number(string name) => json.TryGetProperty(name, out var value) ? value.GetInt32() : null;
        string[] Texts(string name) => [.. json.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];
        var exit = new CommandExit(Number("code"), Number("signal"), json.GetProperty("core").GetBoolean(), (ExitCause)json.GetProperty("cause").GetInt32(),
            Time("user"), Time("system"), json.GetProperty("memory").GetInt64(), Time("wall"), json.GetProperty("ended").GetDateTimeOffset())
        {
            Blocked = json.TryGetProperty("blocked", out var blocked) ? blocked.GetString() : null,
            IsBlockedTold = json.GetProperty("told").GetBoolean(),
            Appeared = Texts("appeared"),
            Confinement = json.TryGetProperty("layers", out _) ? new CommandConfinement(Texts("layers"), Texts("missing")) : null,
        };
        return new CommandClosed(json.GetProperty("handle").GetString()!, exit, json.GetProperty("output").GetInt64(), json.GetProperty("error").GetInt64(), json.GetProperty("survivors").GetInt32());
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>A command to run, as <c>exec</c> was told.</summary>
    internal static void WriteRun(Utf8JsonWriter json, ExecOptions options, CommandText? folder, bool merged, int columns, int rows)
    {
        json.WriteStartArray("arguments");
        foreach (var argument in options.Arguments)
            json.WriteBase64StringValue(argument.Bytes.Span);
        json.WriteEndArray();
        if (folder is { } start)
            json.WriteBase64String("folder", start.Bytes.Span);
        if (options.ProfileOrNetworked is { } profile)
            json.WriteString("profile", profile);
        if (options.Scratch is { } scratch)
            json.WriteString("scratch", scratch);
        json.WriteStartArray("read");
        foreach (var path in options.Read)
            json.WriteStringValue(path);
        json.WriteEndArray();
        json.WriteStartArray("egress");
        foreach (var rule in options.Hosts)
            json.WriteStringValue(rule);
        json.WriteEndArray();
        json.WriteStartArray("secrets");
        foreach (var secret in options.Secrets)
        {
            json.WriteStringValue(secret.Name);
            json.WriteStringValue(secret.Value);
            json.WriteStringValue(secret.Host);
            json.WriteStringValue(secret.Port.ToString(CultureInfo.InvariantCulture));
        }
        json.WriteEndArray();
        json.WriteStartObject("inherited");
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!options.Secrets.Any(secret => ((string?)variable.Value)?.Contains(secret.Value, StringComparison.Ordinal) ?? false))
                json.WriteString((string)variable.Key, (string?)variable.Value);
        }
        json.WriteEndObject();
        json.WriteStartArray("set");
        foreach (var (name, value) in options.Environment)
        {
            json.WriteStringValue(name);
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
        json.WriteNumber("timeout", options.Timeout?.Ticks ?? 0);
        json.WriteNumber("idle", options.IdleTimeout?.Ticks ?? 0);
        json.WriteNumber("memory", options.Memory);
        json.WriteBoolean("terminal", options.Terminal);
        json.WriteBoolean("merged", merged);
        json.WriteNumber("columns", columns);
        json.WriteNumber("rows", rows);
    }

    /// <summary>Reads a command to run; what it may be, the registry checks.</summary>
    internal static Spawn ReadRun(JsonElement json, IReadOnlyList<string> inherited)
    {
        var variables = new Dictionary<string, CommandText>(StringComparer.Ordinal);
        var given = json.GetProperty("inherited");
        foreach (var name in inherited)
        {
            // Where commands put temporary files is the runner's to say.
            if (name != "TMPDIR" && given.TryGetProperty(name, out var value))
                variables[name] = value.GetString()!;
        }
        var terminal = json.GetProperty("terminal").GetBoolean();
        if (terminal)
            variables.TryAdd("TERM", "xterm-256color");
        var set = json.GetProperty("set").EnumerateArray().Select(static text => text.GetString()!).ToArray();
        for (var i = 0; i + 1 < set.Length; i += 2)
            variables[set[i]] = set[i + 1];
        return new Spawn([.. json.GetProperty("arguments").EnumerateArray().Select(static argument => CommandText.FromBytes(argument.GetBytesFromBase64()))])
        {
            Folder = json.TryGetProperty("folder", out var folder) ? CommandText.FromBytes(folder.GetBytesFromBase64()) : (CommandText?)null,
            Profile = json.TryGetProperty("profile", out var profile) ? profile.GetString() : null,
            Scratch = json.TryGetProperty("scratch", out var scratch) ? scratch.GetString() : null,
            Read = [.. json.GetProperty("read").EnumerateArray().Select(static path => path.GetString()!)],
            Egress = json.GetProperty("egress").EnumerateArray().Select(static rule => rule.GetString()!).ToArray() is { Length: > 0 } rules ? rules : null,
            Secrets = [.. json.GetProperty("secrets").EnumerateArray().Select(static text => text.GetString()!).Chunk(4).Select(static part => part is [var name, var value, var host, var port] ? new CommandSecret(name, value, host, int.Parse(port, CultureInfo.InvariantCulture)) : throw new FormatException("A secret has four parts."))],
            Environment = CommandEnvironment.AllowList("TMPDIR") with { Variables = variables },
            TotalTimeout = TimeOf("timeout"),
            IdleTimeout = TimeOf("idle"),
            Limits = new CommandLimits(json.GetProperty("memory").GetInt64(), 0, 0, 0, 0, 0),
            Output = terminal ? CommandOutput.Terminal : json.GetProperty("merged").GetBoolean() ? CommandOutput.Merged : CommandOutput.Piped,
            Columns = json.GetProperty("columns").GetInt32(),
            Rows = json.GetProperty("rows").GetInt32(),
        };

        TimeSpan? TimeOf(string name) => json.GetProperty(name).GetInt64() is var ticks and > 0 ? TimeSpan.FromTicks(ticks) : null;
    }

    internal static string Text(ReadOnlySpan<byte> content) => Encoding.UTF8.GetString(content);
}
