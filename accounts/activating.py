"""The public pages on which a person without a password chooses one."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import activation
from accounts.models import User

CHOOSING = "activation"
BACKEND = "accounts.backends.SignIn"


class CodeForm(forms.Form):
    staff_no = forms.CharField(
        label=gettext_lazy("Staff number or account"),
        max_length=User._meta.get_field("username").max_length,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        help_text=gettext_lazy(
            "Eight letters and digits from the slip of paper; capitals or not does not matter."
        ),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args, address: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.address, self.found = address, None

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if not activation.may_try(cleaned["staff_no"], self.address):
            raise forms.ValidationError(
                _("Too many tries. Please wait a quarter of an hour, then try again.")
            )
        self.found = activation.find_code(cleaned["staff_no"], cleaned["code"])
        if self.found is None:
            raise forms.ValidationError(
                _(
                    "Number and code do not go together, or the code has been used or is too old."
                    " Ask your department union or the university union."
                )
            )
        return cleaned


class FirstPasswordForm(SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = gettext_lazy("Password")
        self.fields["new_password1"].help_text = gettext_lazy(
            "At least 10 characters, not digits alone, and not your name or number."
        )
        self.fields["new_password2"].label = gettext_lazy("The same password again")
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user, repetition):
        """What is wrong with the password stands below the box that explains it, not below its repetition."""
        super().validate_password_for_user(user, "new_password1")


@login_not_required
@never_cache
def activate(request):
    """Staff number, or the user name of somebody from outside, and one-time code."""
    form = CodeForm(request.POST or None, address=ratelimit.get_ip(request))
    if request.method == "POST" and form.is_valid():
        return _choose(request, form.found.user, code=form.found.pk)
    return render(request, "accounts/activate.html", {"form": form})


@login_not_required
@never_cache
def activate_by_link(request, token):
    """The link out of the letter. The token goes into the session, so that it stays out of the next addresses."""
    user = activation.user_of(token)
    if user is None:
        return render(request, "accounts/activate_expired.html", status=410)
    return _choose(request, user, code=None)


def _choose(request, user: User, *, code: int | None):
    request.session[CHOOSING] = {"user": user.pk, "code": code, "stamp": activation.stamp_of(user)}
    return redirect("accounts:activate_password")


@login_not_required
@never_cache
@sensitive_post_parameters()
def activate_password(request):
    """The person chooses a password and is signed in."""
    choosing = request.session.get(CHOOSING)
    user = User.objects.filter(pk=choosing["user"]).first() if choosing else None
    if user is None or choosing["stamp"] != activation.stamp_of(user):
        request.session.pop(CHOOSING, None)
        return redirect("accounts:activate")
    form = FirstPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        del request.session[CHOOSING]
        password = form.cleaned_data["new_password1"]
        if not activation.set_first_password(user, password, stamp=choosing["stamp"], code=choosing["code"]):
            messages.error(request, _("This link or code has been used already. Sign in with your password."))
            return redirect("account_login")
        user.refresh_from_db()
        if is_mfa_enabled(user):
            messages.success(request, _("The password is set. Sign in with it and your second step."))
            return redirect("account_login")
        login(request, user, backend=BACKEND)
        messages.success(request, _activated(user))
        return redirect("portal:home")
    return render(request, "accounts/activate_password.html", {"form": form, "person": user})


def _activated(user: User) -> str:
    """By what they sign in from now on: who comes from outside has no staff number."""
    if user.staff_no:
        return _("Your account is active. From now on sign in with your staff number and this password.")
    said = _("Your account is active. From now on sign in as %(account)s with this password.")
    return said % {"account": user.username}
