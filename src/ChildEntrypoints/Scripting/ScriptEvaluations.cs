using ActorBrowser.Transport;
using Jint;
using Jint.Native;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The scripts that the browser runs in a page, until each has a value or a reason why there is none.</summary>
/// <param name="page">The page.</param>
internal sealed class ScriptEvaluations(ScriptedPage page)
{
    private readonly ScriptJson _json = new(page.Engine);
    private readonly List<Evaluation> _all = [];

    private sealed record Evaluation(long Deadline, long MaxBytes, Action<string> Answer, Action<ScriptFailed> Fail)
    {
        internal JsValue? Outcome { get; set; }

        internal JsValue? Rejection { get; set; }
    }

    /// <summary>Whether any waits for its promise.</summary>
    internal bool IsAny => _all.Count > 0;

    /// <summary>Runs a script.</summary>
    /// <returns>Whether its promise is awaited.</returns>
    internal bool Begin(in EvaluateScript request, long deadline, Action<string> answer, Action<ScriptFailed> fail)
    {
        var evaluation = new Evaluation(deadline, request.MaxBytes, answer, fail);
        var code = request.Code;
        _all.Add(evaluation);
        if (page.Enter(request.Milliseconds, request.MaxBytes, () => Run(evaluation, code)) is { } failed)
            End(evaluation, failed);
        return _all.Contains(evaluation);
    }

    /// <summary>Answers those whose promise is settled, and those that it is too late for.</summary>
    /// <param name="stopped">Why the page's scripts were stopped; null if they were not.</param>
    internal void Finish(ScriptFailed? stopped)
    {
        foreach (var evaluation in _all.ToArray())
            Finish(evaluation, stopped);
    }

    private void Finish(Evaluation evaluation, ScriptFailed? stopped)
    {
        if (evaluation.Outcome is { } value)
        {
            evaluation.Outcome = null;
            if (page.Enter(Math.Max(1, ScriptedPage.LeftOf(evaluation.Deadline)), evaluation.MaxBytes, () => Answer(evaluation, value)) is { } failed)
                End(evaluation, failed);
        }
        else if (evaluation.Rejection is { } reason)
        {
            End(evaluation, ScriptFailures.OfRejection(reason));
        }
        else if (stopped is { } why)
        {
            End(evaluation, why);
        }
        else if (ScriptedPage.LeftOf(evaluation.Deadline) == 0)
        {
            End(evaluation, new ScriptFailed(ScriptFailure.TimedOut, "The script's promise was not settled in time.", 0, 0));
        }
        else if (!page.Network.IsBusy)
        {
            End(evaluation, new ScriptFailed(ScriptFailure.TimedOut, "The script's promise is not settled, and nothing is left that could settle it in time.", 0, 0));
        }
    }

    private void Run(Evaluation evaluation, string code)
    {
        var value = page.Engine.Evaluate(code, "evaluate");
        if (value.IsPromise())
            page.Realm.Promises.Then(value, done => evaluation.Outcome = done, rejected => evaluation.Rejection = rejected);
        else
            Answer(evaluation, value);
    }

    private void Answer(Evaluation evaluation, JsValue value)
    {
        var json = _json.Write(value);
        if (_all.Remove(evaluation))
            evaluation.Answer(json);
    }

    private void End(Evaluation evaluation, in ScriptFailed failed)
    {
        if (_all.Remove(evaluation))
            evaluation.Fail(failed);
    }
}
