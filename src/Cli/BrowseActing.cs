using System.CommandLine;
using System.CommandLine.Parsing;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cli;

/// <summary>The options of <c>browse</c> that act on the page before it is shown, in the order in which they are given; and those for cookies and files.</summary>
internal sealed class BrowseActing
{
    private readonly Option<string[]>[] _acts =
    [
        Act("--fill", "SELECTOR=TEXT", "fill in a field"),
        Act("--select", "SELECTOR=VALUE", "select an option by its value or its text; again at once for one more option of the same list"),
        Act("--check", "SELECTOR", "check a checkbox or a radio button"),
        Act("--uncheck", "SELECTOR", "uncheck a checkbox"),
        Act("--upload", "SELECTOR=FILE", "give a file to a field; again at once for one more file of the same field"),
        Act("--click", "SELECTOR", "click a link, a button, a label, and so on"),
        Act("--submit", "SELECTOR", "submit a form"),
    ];

    private readonly Option<string?> _cookies = new("--cookies") { Description = "take cookies from this file and keep those that last in it", HelpName = "FILE" };

    private readonly Option<string?> _downloads = new("--downloads") { Description = "save what is no page in this folder", HelpName = "DIR" };

    internal void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[.. _acts, _cookies, _downloads])
            command.Options.Add(option);
    }

    internal Wanted Of(ParseResult parsed)
    {
        var steps = new List<Act>();
        for (var i = 0; i + 1 < parsed.Tokens.Count; i++)
        {
            var token = parsed.Tokens[i];
            if (token.Type == TokenType.Option && Array.Exists(_acts, option => option.Name == token.Value) && parsed.Tokens[i + 1].Type == TokenType.Argument)
                Add(steps, token.Value, parsed.Tokens[i + 1].Value);
        }
        return new Wanted(steps, parsed.GetValue(_cookies), parsed.GetValue(_downloads));
    }

    private static Option<string[]> Act(string name, string helpName, string description) =>
        new(name) { Description = $"{description}; actions are done in the given order", HelpName = helpName, AllowMultipleArgumentsPerToken = false };

    private static void Add(List<Act> steps, string option, string value)
    {
        var (selector, argument) = option is "--fill" or "--select" or "--upload" ? Split(option, value) : (value, "");
        var next = option switch
        {
            "--fill" => new Act(Transport.ActKind.Fill, selector) { Text = argument },
            "--select" => new Act(Transport.ActKind.Select, selector) { Values = [argument] },
            "--check" or "--uncheck" => new Act(Transport.ActKind.Check, selector) { IsOn = option == "--check" },
            "--upload" => new Act(Transport.ActKind.Upload, selector) { Files = [File(argument)] },
            "--click" => new Act(Transport.ActKind.Click, selector),
            _ => new Act(Transport.ActKind.Submit, selector),
        };
        if (steps is [.., { } last] && last.Kind == next.Kind && last.Selector == selector && next.Values.Count + next.Files.Count > 0)
            steps[^1] = last with { Values = [.. last.Values, .. next.Values], Files = [.. last.Files, .. next.Files] };
        else
            steps.Add(next);
    }

    /// <summary>Splits at the first equals sign that is not within a selector's brackets, parentheses or quotes.</summary>
    internal static (string Selector, string Argument) Split(string option, string value)
    {
        var (depth, quote) = (0, '\0');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'')
                quote = c;
            else if (c is '[' or '(')
                depth++;
            else if (c is ']' or ')')
                depth--;
            else if (c == '=' && depth <= 0)
                return (value[..i], value[(i + 1)..]);
        }
        throw new UsageException($"{option} takes SELECTOR=VALUE, such as '[name=q]=text', not '{value}'.");
    }

    private static UploadFile File(string path)
    {
        try
        {
            return UploadFile.FromFile(path);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            throw new UsageException($"The file '{path}' cannot be uploaded: {Complaint.ReasonOf(e)}");
        }
    }

    /// <summary>What is done before the page is shown.</summary>
    internal sealed record Wanted(IReadOnlyList<Act> Steps, string? Cookies, string? Downloads)
    {
        /// <summary>Lets the identity have the cookies of the file.</summary>
        internal void Prepare(NetworkIdentity identity)
        {
            if (Cookies is "")
                throw new UsageException("--cookies takes a file's path, which may not be empty.");
            try
            {
                if (Cookies is not null)
                    identity.KeepCookiesIn(Cookies);
            }
            catch (CookieFileException e)
            {
                throw new UsageException(e.Message);
            }
            if (Downloads is not null && !Directory.Exists(Downloads))
                throw new UsageException($"--downloads takes a folder that exists, not '{Downloads}'.");
        }

        /// <summary>Does the actions.</summary>
        /// <returns>The page to show.</returns>
        internal async Task<PageSummary> RunAsync(TabClient tab, PageSummary page, CancellationToken cancellation)
        {
            foreach (var step in Steps)
            {
                var result = await tab.ActAsync(step, cancellation).ConfigureAwait(false);
                if (result.Download is { } file)
                    await SayAsync(file).ConfigureAwait(false);
                page = result.Page ?? page;
            }
            return page;
        }

        /// <summary>Says where a file is.</summary>
        internal static Task SayAsync(Downloaded file) => Console.Error.WriteLineAsync(VisibleText.Line($"saved {file.Path} ({file.Bytes} bytes)"));

        /// <summary>Waits until the cookies are in their file.</summary>
        /// <returns>False, after a complaint, if they cannot be.</returns>
        internal static async Task<bool> KeepAsync(NetworkIdentity identity)
        {
            try
            {
                await identity.SaveCookiesAsync().ConfigureAwait(false);
                return true;
            }
            catch (CookieFileException e)
            {
                await Complaint.WriteAsync(e.Message).ConfigureAwait(false);
                return false;
            }
        }
    }
}
